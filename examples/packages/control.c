/* control.c: paragraphs become packages, in three steps: the fields of each, the lists
 * in them, and then, when every package is known, what the dependencies point to.
 *
 * Lists are taken apart in the text itself; a name's end is overwritten only after the
 * character there was read. */
#include "control.h"

#include "deb822.h"
#include "pairs.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct word {
    const char *text;
    int value;
};

static const struct word states[] = {
    {"not-installed", PACKAGE_STATE_NOT_INSTALLED},
    {"config-files", PACKAGE_STATE_CONFIG_FILES},
    {"half-installed", PACKAGE_STATE_HALF_INSTALLED},
    {"unpacked", PACKAGE_STATE_UNPACKED},
    {"half-configured", PACKAGE_STATE_HALF_CONFIGURED},
    {"triggers-awaited", PACKAGE_STATE_TRIGGERS_AWAITED},
    {"triggers-pending", PACKAGE_STATE_TRIGGERS_PENDING},
    {"installed", PACKAGE_STATE_INSTALLED},
    {0},
};

static const struct word wants[] = {
    {"unknown", PACKAGE_WANT_UNKNOWN},
    {"install", PACKAGE_WANT_INSTALL},
    {"hold", PACKAGE_WANT_HOLD},
    {"deinstall", PACKAGE_WANT_DEINSTALL},
    {"purge", PACKAGE_WANT_PURGE},
    {0},
};

static const struct word priorities[] = {
    {"required", PACKAGE_PRIORITY_REQUIRED},
    {"important", PACKAGE_PRIORITY_IMPORTANT},
    {"standard", PACKAGE_PRIORITY_STANDARD},
    {"optional", PACKAGE_PRIORITY_OPTIONAL},
    {"extra", PACKAGE_PRIORITY_EXTRA},
    {0},
};

static const struct word multi_archs[] = {
    {"same", PACKAGE_MULTI_ARCH_SAME},
    {"foreign", PACKAGE_MULTI_ARCH_FOREIGN},
    {"allowed", PACKAGE_MULTI_ARCH_ALLOWED},
    {0},
};

static const struct word relations[] = {
    {"<<", DEPENDENCY_RELATION_LT},
    {"<=", DEPENDENCY_RELATION_LE},
    {"=", DEPENDENCY_RELATION_EQ},
    {">=", DEPENDENCY_RELATION_GE},
    {">>", DEPENDENCY_RELATION_GT},
    {"<", DEPENDENCY_RELATION_LE}, /* as dpkg reads what it calls obsolete */
    {">", DEPENDENCY_RELATION_GE},
    {0},
};

/* In the order of the enumeration, which makes a package's dependencies sorted. */
static const struct word kinds[] = {
    {"Depends", DEPENDENCY_KIND_DEPENDS},
    {"Pre-Depends", DEPENDENCY_KIND_PRE_DEPENDS},
    {"Recommends", DEPENDENCY_KIND_RECOMMENDS},
    {"Suggests", DEPENDENCY_KIND_SUGGESTS},
    {"Enhances", DEPENDENCY_KIND_ENHANCES},
    {"Breaks", DEPENDENCY_KIND_BREAKS},
    {"Conflicts", DEPENDENCY_KIND_CONFLICTS},
    {"Replaces", DEPENDENCY_KIND_REPLACES},
    {"Provides", DEPENDENCY_KIND_PROVIDES},
    {0},
};

/* What is being read, for messages. */
struct reader {
    struct control *control;
    const struct deb822_paragraph *paragraph;
    struct control_package *package;
};

static bool fail(struct control *c, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool fail(struct control *c, size_t line, const char *format, ...)
{
    va_list args;
    const int n = snprintf(c->error, sizeof c->error, "line %zu: ", line);
    va_start(args, format);
    vsnprintf(c->error + n, sizeof c->error - (size_t)n, format, args);
    va_end(args);
    return false;
}

static bool fail_field(struct reader *r, const struct deb822_field *field,
    const char *what, const char *got)
{
    return fail(r->control, field->line, "%.60s: %s: %s: \"%.60s\"", r->package->name,
        field->name, what, got);
}

/* Appends a zeroed element to an array that holds `*len`; its room is the next power of
 * two.  NULL when memory is out. */
static void *append(struct control *c, void *array, size_t *len, size_t size)
{
    char **items = array;
    if ((*len & (*len - 1)) == 0) {
        char *bigger = realloc(*items, (*len ? *len * 2 : 1) * size);
        if (!bigger) {
            snprintf(c->error, sizeof c->error, "out of memory");
            return NULL;
        }
        *items = bigger;
    }
    char *item = *items + *len * size;
    ++*len;
    return memset(item, 0, size);
}

static const struct word *find_word(
    const struct word *words, const char *text, size_t len)
{
    for (const struct word *w = words; w->text; w++)
        if (strlen(w->text) == len && strncasecmp(w->text, text, len) == 0)
            return w;
    return NULL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static char *skip_blanks(char *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

static size_t word_length(const char *at)
{
    return strcspn(at, " \t\n");
}

/* -- Plain fields ------------------------------------------------------------------ */

/* An empty field is as good as none. */
static const struct deb822_field *get(const struct reader *r, const char *name)
{
    const struct deb822_field *field = deb822_field(r->paragraph, name);
    return field && *field->value ? field : NULL;
}

static char *get_text(const struct reader *r, const char *name)
{
    const struct deb822_field *field = get(r, name);
    return field ? field->value : NULL;
}

/* `Status: want flag state`. */
static bool read_status(struct reader *r)
{
    const struct deb822_field *field = get(r, "Status");
    if (!field)
        return fail(r->control, r->package->line,
            "%.60s: no Status: is this dpkg's status file, and whole?",
            r->package->name);
    char *want = skip_blanks(field->value);
    char *flag = skip_blanks(want + word_length(want));
    char *state = skip_blanks(flag + word_length(flag));
    const struct word *w = find_word(wants, want, word_length(want));
    const struct word *s = find_word(states, state, strlen(state));
    if (!w || !s)
        return fail_field(r, field, "not a status", field->value);
    r->package->has_want = true;
    r->package->want = (enum package_want)w->value;
    r->package->state = (enum package_state)s->value;
    return true;
}

/* Policy knows five words; whatever others write is `other`, as with dpkg. */
static void read_priority(struct reader *r)
{
    const char *text = get_text(r, "Priority");
    if (!text)
        return;
    const struct word *w = find_word(priorities, text, strlen(text));
    r->package->has_priority = true;
    r->package->priority = w ? (enum package_priority)w->value : PACKAGE_PRIORITY_OTHER;
}

static bool read_multi_arch(struct reader *r)
{
    const struct deb822_field *field = get(r, "Multi-Arch");
    if (!field || strcasecmp(field->value, "no") == 0)
        return true;
    const struct word *w = find_word(multi_archs, field->value, strlen(field->value));
    if (!w)
        return fail_field(r, field, "not no, same, foreign or allowed", field->value);
    r->package->has_multi_arch = true;
    r->package->multi_arch = (enum package_multi_arch)w->value;
    return true;
}

static bool read_essential(struct reader *r)
{
    const struct deb822_field *field = get(r, "Essential");
    if (!field)
        return true;
    r->package->essential = strcasecmp(field->value, "yes") == 0;
    if (!r->package->essential && strcasecmp(field->value, "no") != 0)
        return fail_field(r, field, "not yes or no", field->value);
    return true;
}

static bool read_size(struct reader *r)
{
    const struct deb822_field *field = get(r, "Installed-Size");
    if (!field)
        return true;
    char *end;
    errno = 0;
    r->package->has_installed_size = true;
    r->package->installed_size = strtoll(field->value, &end, 10);
    if (errno || *end || field->value[strspn(field->value, "0123456789")])
        return fail_field(r, field, "not a size in KiB", field->value);
    return true;
}

static void read_description(struct reader *r)
{
    char *text = get_text(r, "Description");
    if (!text)
        return;
    r->package->summary = text;
    char *newline = strchr(text, '\n');
    if (newline) {
        *newline = '\0';
        r->package->description = newline + 1;
    }
}

/* `Source: name (version)`: what is left out is the package's own.  Without any version
 * there is no source to speak of. */
static bool read_source(struct reader *r)
{
    struct control_package *p = r->package;
    const struct deb822_field *field = get(r, "Source");
    p->source_version = p->version;
    if (p->version)
        p->source = field ? field->value : p->name;
    if (!field)
        return true;
    p->source = field->value;
    char *name_end = field->value + word_length(field->value);
    char *open = skip_blanks(name_end);
    if (*open == '\0')
        return true;
    char *close = strchr(open, ')');
    if (*open != '(' || !close || close[1] || close == open + 1)
        return fail_field(r, field, "not `name (version)`", field->value);
    p->source = field->value;
    p->source_version = open + 1;
    *name_end = '\0';
    *close = '\0';
    return true;
}

/* -- Lists ------------------------------------------------------------------------- */

static size_t name_length(const char *at)
{
    const size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789+-._");
    return len > 0 && strchr("+-._", *at) ? 0 : len;
}

/* ` (>= 1.2)`, if it is there; `*end` is the version's end, to be overwritten later. */
static bool read_bound(struct control_dependency *d, char **at, char **end)
{
    char *p = skip_blanks(*at);
    *at = p;
    if (*p != '(')
        return true;
    p = skip_blanks(p + 1);
    const size_t len = strspn(p, "<=>");
    const struct word *w = find_word(relations, p, len);
    p = skip_blanks(p + len);
    d->version = p;
    *end = p + strcspn(p, " \t\n(),|");
    p = skip_blanks(*end);
    if (!w || *d->version == *p || *p != ')')
        return false;
    d->bound = true;
    d->relation = (enum dependency_relation)w->value;
    *at = skip_blanks(p + 1);
    return true;
}

/* One alternative at `*at`, which moves to the delimiter; that is returned: ',', '|' or
 * zero; '?' if this is none, and the text is as it was. */
static char read_alternative(struct control_dependency *d, char **at)
{
    char *p = skip_blanks(*at);
    char *version_end = NULL;
    char *qualifier_end = NULL;
    char *const name_end = p + name_length(p);
    if (name_end == p)
        return '?';
    d->name = p;
    p = name_end;
    if (*p == ':') {
        d->qualifier = ++p;
        p += name_length(p);
        qualifier_end = p;
        if (d->qualifier == p)
            return '?';
    }
    if (!read_bound(d, &p, &version_end))
        return '?';
    const char delimiter = *p;
    if (delimiter && delimiter != ',' && delimiter != '|')
        return '?';
    *at = p;
    *name_end = '\0';
    if (qualifier_end)
        *qualifier_end = '\0';
    if (version_end)
        *version_end = '\0';
    return delimiter;
}

/* `a, b (>= 2) | c:any`.  A clause may be empty, as after a last comma. */
static bool read_dependencies(struct reader *r, const struct word *kind)
{
    const struct deb822_field *field = get(r, kind->text);
    if (!field)
        return true;
    char *at = field->value;
    int32_t clause = 1;
    int32_t choice = 1;
    for (;;) {
        at = skip_blanks(at);
        if (choice == 1 && *at == ',') {
            at++;
            continue;
        }
        if (choice == 1 && *at == '\0')
            return true;
        struct control_dependency *d = append(r->control, &r->control->dependencies,
            &r->control->dependency_count, sizeof *d);
        if (!d)
            return false;
        d->kind = (enum dependency_kind)kind->value;
        d->clause = clause;
        d->choice = choice;
        const char *const begin = at;
        switch (read_alternative(d, &at)) {
        case '\0':
            return true;
        case ',':
            clause++;
            choice = 1;
            break;
        case '|':
            choice++;
            break;
        default:
            return fail_field(r, field, "not a list of packages", begin);
        }
        at++;
    }
}

/* ` /etc/x checksum [obsolete] [remove-on-upgrade]`, a line each; a path may have
 * blanks, so the words are taken from the end. */
static bool read_conffile(struct reader *r, char *line)
{
    struct control_conffile *c = append(
        r->control, &r->control->conffiles, &r->control->conffile_count, sizeof *c);
    if (!c)
        return false;
    c->path = line;
    for (;;) {
        char *blank = strrchr(line, ' ');
        if (!blank || blank == line)
            return false;
        *blank = '\0';
        const char *word = blank + 1;
        if (strcmp(word, "obsolete") == 0)
            c->obsolete = true;
        else if (strcmp(word, "remove-on-upgrade") == 0)
            c->removal = true;
        else {
            c->checksum = strcmp(word, "newconffile") == 0 ? NULL : word;
            return true;
        }
    }
}

static bool read_conffiles(struct reader *r)
{
    const struct deb822_field *field = get(r, "Conffiles");
    if (!field)
        return true;
    for (char *at = skip_blanks(field->value); *at;) {
        char *end = at + strcspn(at, "\n");
        char *const next = *end ? end + 1 : end;
        *end = '\0';
        if (!read_conffile(r, at))
            return fail_field(r, field, "not `path checksum`", at);
        at = skip_blanks(next);
    }
    return true;
}

/* `role::program, use::{editing,viewing}`: braces stand for several tags in
 * debian/control alone; here they are taken as they come. */
static bool read_tags(struct reader *r)
{
    char *at = get_text(r, "Tag");
    if (!at)
        return true;
    while (*(at += strspn(at, ", \t\n"))) {
        const char **tag =
            append(r->control, &r->control->tags, &r->control->tag_count, sizeof *tag);
        if (!tag)
            return false;
        *tag = at;
        at += strcspn(at, ", \t\n");
        if (*at)
            *at++ = '\0';
    }
    return true;
}

static int compare_conffiles(const void *a, const void *b)
{
    const struct control_conffile *x = a;
    const struct control_conffile *y = b;
    return strcmp(x->path, y->path);
}

static int compare_tags(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return strcmp(*x, *y);
}

/* Sorts the elements from `first` to the end, drops what is there twice and lowers the
 * end to match.  How many are left. */
static size_t sort_tail(void *array, size_t first, size_t *len, size_t size,
    int (*compare)(const void *, const void *))
{
    const size_t count = *len - first;
    if (count == 0)
        return 0;
    char *const items = (char *)array + first * size;
    qsort(items, count, size, compare);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (compare(items + (kept - 1) * size, items + i * size) != 0)
            memmove(items + kept++ * size, items + i * size, size);
    *len = first + kept;
    return kept;
}

/* -- Packages ---------------------------------------------------------------------- */

static bool read_names(struct reader *r)
{
    struct control_package *p = r->package;
    const struct deb822_field *name = get(r, "Package");
    if (!name)
        return fail(r->control, r->paragraph->line, "no Package in this paragraph");
    p->name = name->value;
    if (name->value[name_length(name->value)])
        return fail_field(r, name, "not a name", name->value);
    p->architecture = get_text(r, "Architecture");
    if (!p->architecture)
        p->architecture = "";
    p->version = get_text(r, "Version");
    p->homepage = get_text(r, "Homepage");
    p->maintainer = get_text(r, "Maintainer");
    p->section = get_text(r, "Section");
    return true;
}

/* dpkg may keep no more than a name of what is not installed. */
static bool check_complete(struct reader *r)
{
    const struct control_package *p = r->package;
    if (p->state == PACKAGE_STATE_NOT_INSTALLED)
        return true;
    const char *missing = !*p->architecture ? "Architecture"
                          : !p->version     ? "Version"
                                            : NULL;
    if (!missing)
        return true;
    return fail(
        r->control, p->line, "%.60s: no %s: is the file whole?", p->name, missing);
}

static bool read_package(
    struct control *c, const struct deb822_paragraph *paragraph, enum control_form form)
{
    struct control_package *p = append(c, &c->packages, &c->package_count, sizeof *p);
    if (!p)
        return false;
    struct reader r = {c, paragraph, p};
    p->line = paragraph->line;
    p->state = PACKAGE_STATE_AVAILABLE;
    p->dependencies.first = c->dependency_count;
    p->conffiles.first = c->conffile_count;
    p->tags.first = c->tag_count;

    if (!read_names(&r) || (form == CONTROL_STATUS && !read_status(&r)) ||
        !check_complete(&r) || !read_multi_arch(&r) || !read_essential(&r) ||
        !read_size(&r) || !read_source(&r) || !read_conffiles(&r) || !read_tags(&r))
        return false;
    read_priority(&r);
    read_description(&r);
    for (const struct word *kind = kinds; kind->text; kind++)
        if (!read_dependencies(&r, kind))
            return false;

    p->dependencies.len = c->dependency_count - p->dependencies.first;
    p->conffiles.len = sort_tail(c->conffiles, p->conffiles.first, &c->conffile_count,
        sizeof *c->conffiles, compare_conffiles);
    p->tags.len =
        sort_tail(c->tags, p->tags.first, &c->tag_count, sizeof *c->tags, compare_tags);
    return true;
}

/* -- Targets ----------------------------------------------------------------------- */

/* Indexes, plus 1 so that none is NULL. */
struct targets {
    struct pairs exact;  /* (name, architecture) */
    struct pairs anyhow; /* (name, ""): the first of that name */
};

static bool put(struct control *c, struct pairs *pairs, const char *name,
    const char *architecture, size_t index)
{
    if (pairs_put(pairs, name, architecture, (void *)(uintptr_t)(index + 1)))
        return true;
    snprintf(c->error, sizeof c->error, "out of memory");
    return false;
}

static bool index_packages(struct control *c, struct targets *t)
{
    for (size_t i = 0; i < c->package_count; i++) {
        const struct control_package *p = &c->packages[i];
        const uintptr_t first =
            (uintptr_t)pairs_get(&t->exact, p->name, p->architecture);
        if (first)
            return fail(c, p->line, "%.60s %.60s: a second time, after line %zu",
                p->name, p->architecture, c->packages[first - 1].line);
        if (!put(c, &t->exact, p->name, p->architecture, i))
            return false;
        if (!pairs_get(&t->anyhow, p->name, "") && !put(c, &t->anyhow, p->name, "", i))
            return false;
    }
    return true;
}

/* Which package a name means to one of `architecture`: the qualifier's, else of the
 * same one, of all, of any.  0 if there is none. */
static uintptr_t find_target(const struct targets *t, const char *architecture,
    const struct control_dependency *d)
{
    if (d->qualifier && strcmp(d->qualifier, "any") != 0)
        return (uintptr_t)pairs_get(&t->exact, d->name, d->qualifier);
    const uintptr_t same = (uintptr_t)pairs_get(&t->exact, d->name, architecture);
    const uintptr_t all = same ? same : (uintptr_t)pairs_get(&t->exact, d->name, "all");
    return all ? all : (uintptr_t)pairs_get(&t->anyhow, d->name, "");
}

static bool find_targets(struct control *c, struct targets *t)
{
    const size_t own = c->package_count;
    for (size_t i = 0; i < own; i++) {
        const struct control_range range = c->packages[i].dependencies;
        for (size_t k = range.first; k < range.first + range.len; k++) {
            struct control_dependency *d = &c->dependencies[k];
            const uintptr_t found = find_target(t, c->packages[i].architecture, d);
            d->target = found ? found - 1 : c->package_count;
            if (found)
                continue;
            struct control_package *p =
                append(c, &c->packages, &c->package_count, sizeof *p);
            if (!p)
                return false;
            const bool any = !d->qualifier || strcmp(d->qualifier, "any") == 0;
            p->name = d->name;
            p->architecture = any ? "" : d->qualifier;
            p->state = PACKAGE_STATE_NAMED;
            if (!put(c, &t->exact, p->name, p->architecture, d->target) ||
                (any && !put(c, &t->anyhow, p->name, "", d->target)))
                return false;
            c->named_count++;
        }
    }
    return true;
}

/* -- All --------------------------------------------------------------------------- */

static bool read_paragraphs(struct control *c, struct deb822 *d, enum control_form form)
{
    struct deb822_paragraph paragraph;
    while (deb822_next(d, &paragraph))
        if (!read_package(c, &paragraph, form))
            return false;
    if (*d->error) {
        snprintf(c->error, sizeof c->error, "%s", d->error);
        return false;
    }
    if (c->package_count == 0) {
        snprintf(c->error, sizeof c->error, "no package in it");
        return false;
    }
    return true;
}

bool control_read(
    struct control *control, char *text, size_t len, enum control_form form)
{
    struct targets targets = {0};
    struct deb822 d;
    memset(control, 0, sizeof *control);
    if (len > 0 && text[len - 1] != '\n') {
        snprintf(control->error, sizeof control->error,
            "its last line has no end: was it cut off?");
        return false;
    }
    deb822_start(&d, text, len);
    const bool done = read_paragraphs(control, &d, form) &&
                      index_packages(control, &targets) &&
                      find_targets(control, &targets);
    pairs_free(&targets.exact);
    pairs_free(&targets.anyhow);
    deb822_finish(&d);
    assert(done == (control->error[0] == '\0'));
    return done;
}

void control_free(struct control *control)
{
    free(control->packages);
    free(control->dependencies);
    free(control->conffiles);
    free(control->tags);
    memset(control, 0, sizeof *control);
}
