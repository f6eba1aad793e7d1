#!/bin/sh
# documented.sh DOCUMENT...: each line that a document shows of a build file is in one that is
# tested.
set -eu
systems=$(cd "$(dirname "$0")/systems" && pwd)

for document; do
    for pair in meson=meson/meson.build cmake=cmake-ninja/CMakeLists.txt make=make/Makefile \
        ninja=ninja/build.ninja; do
        language=${pair%%=*} file=${pair#*=} lines=0
        shown=$(awk -v start="\`\`\`$language" \
            '/^```/ { inside = ($0 == start); next } inside && NF' "$document")
        while IFS= read -r line; do
            lines=$((lines + 1))
            trimmed=$(printf '%s' "$line" | sed 's/^ *//')
            [ -n "$trimmed" ] && grep -q -F -e "$trimmed" "$systems/$file" || {
                echo "FAILED: $document: $file has no line \"$trimmed\"" >&2
                exit 1
            }
        done <<END
$shown
END
    done
done
