/* fuzz_schema.c: any bytes as a schema: they are refused with words, or keep what
 * model.h promises.  Built with -Dfuzz=true it is a libFuzzer target; otherwise
 * replay.c runs it over the corpus. */
#include "fuzz.h"
#include "invariants.h"
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag *d = diag_new();
    struct schema *s = schema_parse("fuzz.yaml", (const char *)data, size, d);
    if ((s == NULL) != (diag_count(d) > 0))
        abort();
    if (s)
        check_invariants(s);

    char *text = NULL;
    size_t printed = 0;
    FILE *out = open_memstream(&text, &printed);
    diag_print(d, out);
    fclose(out);
    for (size_t i = 0; i < printed; i++) {
        const unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\n') || c == 0x7f)
            abort();
    }
    free(text);
    schema_free(s);
    diag_free(d);
    return 0;
}
