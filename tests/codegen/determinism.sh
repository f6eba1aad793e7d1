#!/bin/sh
# determinism.sh ORMGEN: the same bytes whoever asks, and from wherever.
. "$(dirname "$0")/lib.sh"
cp "$here/../golden/types/in.yaml" types.yaml
"$ormgen" generate -o first types.yaml
"$ormgen" sql types.yaml >first/types.sql

it "does not depend on locale, time zone, umask or place"
for locale in C C.UTF-8 tr_TR.UTF-8 de_DE.UTF-8; do
    for zone in UTC Asia/Kathmandu; do
        for mask in 022 077 000; do
            rm -rf again
            mkdir -p other/place
            (
                umask $mask
                cd other/place
                LC_ALL=$locale TZ=$zone "$ormgen" generate --out-dir "$work/again" ../../types.yaml
                LC_ALL=$locale TZ=$zone "$ormgen" sql "$work/types.yaml" >"$work/again/types.sql"
            )
            diff -r first again >difference || fail "$locale $zone $mask: $(cat difference)"
        done
    done
done

it "names no place"
! grep -r -F "$work" first >found || fail "$(cat found)"

it "gives files the permissions that the umask leaves"
rm -rf again
(umask 027 && "$ormgen" generate -o again types.yaml)
[ "$(stat -c %a again/types.orm.h)" = 640 ] || fail "$(ls -l again)"

it "hashes what it writes, and nothing else"
{ echo '# a remark'; cat types.yaml; } >again/types.yaml
status 0 "$ormgen" generate again/types.yaml
diff first/types.orm.h again/types.orm.h >/dev/null || fail "a remark changed the header"
sed -i 's/ratio/rate/' again/types.yaml
status 0 "$ormgen" generate again/types.yaml
[ "$(grep -h ORM_HASH first/types.orm.h)" != "$(grep -h ORM_HASH again/types.orm.h)" ] ||
    fail "another schema, the same hash"
