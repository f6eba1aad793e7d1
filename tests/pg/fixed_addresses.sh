#!/bin/sh
# fixed_addresses.sh COMMAND...: where the system lets us, without random addresses, which
# the thread sanitizer of gcc 12 does not stand on kernels that take many bits for them.
if setarch -R true 2>/dev/null; then
    exec setarch -R "$@"
fi
exec "$@"
