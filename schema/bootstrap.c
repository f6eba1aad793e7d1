/* bootstrap.c: a reader without checks, until the real one is there. */
#include "schema.h"
#include "yaml.h"
#include <string.h>
#include <stdlib.h>
#include <ctype.h>
static struct arena *A;
static struct diag *D;
static const struct node *get(const struct node *m, const char *k)
{ if (!m || m->kind != NODE_MAP) return NULL; for (const struct node *n = m->first; n; n = n->next) if (!strcmp(n->key->text, k)) return n; return NULL; }
static const char *txt(const struct node *m, const char *k) { const struct node *n = get(m, k); return n && n->kind == NODE_TEXT ? n->text : NULL; }
static bool yes(const struct node *m, const char *k) { const char *t = txt(m, k); return t && !strcmp(t, "true"); }
static struct schema *S;
static struct model *find_model(const char *n) { for (size_t i = 0; n && i < S->model_count; i++) if (!strcmp(S->models[i].name, n)) return &S->models[i]; return NULL; }
static void set_type(struct field *f, const char *t, const struct node *opts)
{
    static const char *const names[] = {"bool","int2","int4","int8","float4","float8","text","varchar","date","timestamptz"};
    if (!t) { const struct node *e = get(opts, "enum"); f->type = TYPE_ENUM; struct enumeration *en = arena_alloc(A, sizeof *en);
        en->name = arena_printf(A, "%s_%s", f->model->name, f->name); en->place = f->place; en->label_count = e ? e->count : 0; en->labels = arena_array(A, e?e->count:1, sizeof *en->labels); en->label_places = arena_array(A, e?e->count:1, sizeof *en->label_places);
        size_t i = 0; for (const struct node *n = e ? e->first : NULL; n; n = n->next, i++) { en->labels[i] = n->text; en->label_places[i] = n->place; }
        f->enumeration = en; S->enumerations[S->enumeration_count++] = en; return; }
    if (!strcmp(t, "int")) t = "int4";
    if (!strncmp(t, "varchar(", 8)) { f->type = TYPE_VARCHAR; f->length = (unsigned)atoi(t + 8); return; }
    for (unsigned i = 0; i < 10; i++) if (!strcmp(t, names[i])) { f->type = (enum type)i; return; }
    diag_error(D, (enum diag_code)1, f->place, "%s.%s: no type \"%s\"", f->model->name, f->name, t);
}
static const char *or_null_none(const char *s) { return s && strcmp(s, "none") ? s : NULL; }
struct schema *schema_read(const char *path, struct diag *d)
{
    A = arena_new(); D = d; diag_file(d, path);
    const struct node *root = yaml_read(path, A, d);
    if (!root || diag_count(d)) return NULL;
    S = arena_alloc(A, sizeof *S);
    S->path = path; S->module = txt(root, "module"); S->prefix = txt(root, "prefix") ? txt(root, "prefix") : "";
    const char *sch = txt(root, "schema") ? txt(root, "schema") : "public";
    const struct node *ms = get(root, "models");
    S->model_count = ms->count; S->models = arena_array(A, ms->count, sizeof *S->models);
    S->enumerations = arena_array(A, 4096, sizeof(void *));
    size_t i = 0;
    for (const struct node *n = ms->first; n; n = n->next, i++) { struct model *m = &S->models[i]; m->name = n->key->text; m->place = n->key->place; m->doc = txt(n, "doc"); m->schema = sch; m->table = txt(n, "table") ? txt(n, "table") : m->name; }
    i = 0;
    /* pass 1: fields and refs */
    for (const struct node *n = ms->first; n; n = n->next, i++) {
        struct model *m = &S->models[i]; const struct node *fs = get(n, "fields");
        m->fields = arena_array(A, fs->count + 1, sizeof *m->fields); m->refs = arena_array(A, fs->count + 1, sizeof *m->refs);
        m->ones = arena_array(A, 64, sizeof *m->ones); m->manys = arena_array(A, 64, sizeof *m->manys);
        const char *key = txt(n, "key");
        if (!key) { struct field *f = &m->fields[m->field_count++]; *f = (struct field){.model = m, .name = "id", .column = "id", .yaml = "id", .place = m->place, .type = TYPE_INT8, .key = true, .identity = true}; m->key = f; }
        for (int pass = 0; pass < 2; pass++)
        for (const struct node *fn = fs->first; fn; fn = fn->next) {
            const char *name = fn->key->text; bool iskey = key && !strcmp(name, key);
            if (iskey != (pass == 0 && key)) { if (!(pass == 1 && !iskey)) continue; }
            if (pass == 0 && !iskey) continue;
            if (get(fn, "many")) continue;
            struct field *f = &m->fields[m->field_count++];
            f->model = m; f->yaml = name; f->place = fn->key->place; f->doc = txt(fn, "doc"); f->optional = yes(fn, "optional"); f->unique = yes(fn, "unique");
            const char *target = txt(fn, "ref");
            f->name = target ? arena_printf(A, "%s_id", name) : name;
            f->column = txt(fn, "column") ? txt(fn, "column") : f->name;
            const struct node *def = get(fn, "default");
            if (def) { if (def->kind == NODE_TEXT) { f->default_kind = DEFAULT_LITERAL; f->default_text = def->text; } else { f->default_kind = DEFAULT_SQL; f->default_text = txt(def, "sql"); } f->default_place = def->place; }
            if (iskey) { f->key = true; m->key = f; }
            if (target) {
                struct ref *r = &m->refs[m->ref_count++]; f->ref = r;
                r->model = m; r->name = name; r->doc = f->doc; r->place = f->place; r->field = f; r->target = find_model(target); r->optional = f->optional; r->unique = f->unique; r->reverse = or_null_none(txt(fn, "reverse"));
                const char *od = txt(fn, "on_delete"); static const char *const ods[] = {"no_action","restrict","cascade","set_null","set_default"};
                for (unsigned k = 0; od && k < 5; k++) if (!strcmp(od, ods[k])) r->on_delete = (enum on_delete)k;
                if (!r->target) { diag_error(d, (enum diag_code)1, f->place, "%s.%s: no model \"%s\"", m->name, name, target); return NULL; }
            } else set_type(f, fn->kind == NODE_TEXT ? fn->text : txt(fn, "type"), fn);
        }
    }
    for (i = 0; i < S->model_count; i++) for (size_t k = 0; k < S->models[i].ref_count; k++) { struct ref *r = &S->models[i].refs[k]; r->target_field = r->target->key; struct field *f = (struct field *)(void *)r->field; f->type = r->target->key->type; f->length = r->target->key->length; }
    /* declared manys */
    i = 0;
    for (const struct node *n = ms->first; n; n = n->next, i++) {
        struct model *m = &S->models[i];
        for (const struct node *fn = get(n, "fields")->first; fn; fn = fn->next) {
            const char *t = txt(fn, "many"); if (!t) continue;
            struct many *y = &m->manys[m->many_count++]; struct model *tm = find_model(t);
            y->model = m; y->name = fn->key->text; y->doc = txt(fn, "doc"); y->place = fn->key->place; y->target = tm; y->declared = true;
            const char *th = txt(fn, "through");
            if (!th) { y->kind = MANY_JOIN; y->join_table = txt(fn, "table") ? txt(fn, "table") : arena_printf(A, "%s_%s", m->name, y->name); y->owner_column = arena_printf(A, "%s_id", m->name); y->target_column = tm == m ? "other_id" : arena_printf(A, "%s_id", tm->name); }
            else { struct model *j = find_model(th); y->kind = MANY_THROUGH; y->through = j; const struct node *via = get(fn, "via"); const char *v0 = via ? via->first->text : NULL, *v1 = via ? via->first->next->text : NULL;
                for (size_t k = 0; k < j->ref_count; k++) { struct ref *r = &j->refs[k]; if (v0 ? !strcmp(r->name, v0) : (r->target == m && !y->through_owner)) y->through_owner = r; else if (v1 ? !strcmp(r->name, v1) : r->target == tm) y->through_target = r; }
                y->join_table = j->table; y->owner_column = y->through_owner->field->column; y->target_column = y->through_target->field->column; }
        }
    }
    /* reverse ends */
    i = 0;
    for (const struct node *n = ms->first; n; n = n->next, i++) {
        struct model *m = &S->models[i];
        for (const struct node *fn = get(n, "fields")->first; fn; fn = fn->next) {
            const char *rev = or_null_none(txt(fn, "reverse")); const struct node *rn = get(fn, "reverse"); if (!rev) continue;
            if (txt(fn, "ref")) { struct ref *r = NULL; for (size_t k = 0; k < m->ref_count; k++) if (!strcmp(m->refs[k].name, fn->key->text)) r = &m->refs[k];
                struct model *tm = find_model(txt(fn, "ref")); r->reverse_place = rn->place;
                if (r->unique) tm->ones[tm->one_count++] = r; else { struct many *y = &tm->manys[tm->many_count++]; y->model = tm; y->name = rev; y->place = rn->place; y->target = m; y->kind = MANY_REVERSE; y->ref = r; } }
            else { struct many *o = NULL; for (size_t k = 0; k < m->many_count; k++) if (m->manys[k].declared && !strcmp(m->manys[k].name, fn->key->text)) o = &m->manys[k];
                struct model *tm = find_model(txt(fn, "many")); struct many *y = &tm->manys[tm->many_count++]; *y = *o; y->model = tm; y->name = rev; y->place = rn->place; y->target = m; y->declared = false; y->owner_column = o->target_column; y->target_column = o->owner_column; y->through_owner = o->through_target; y->through_target = o->through_owner; y->inverse = o; o->inverse = y; }
        }
        const struct node *ix = get(n, "indexes"); if (ix) { m->indexes = arena_array(A, ix->count, sizeof *m->indexes);
            for (const struct node *x = ix->first; x; x = x->next) { struct index *q = &m->indexes[m->index_count++]; q->place = x->place; q->unique = yes(x, "unique"); const struct node *on = get(x, "on"); q->fields = arena_array(A, on->count, sizeof(void *)); q->descending = arena_array(A, on->count, 1); const struct node *od = get(x, "order"); const struct node *o = od ? od->first : NULL;
                for (const struct node *c = on->first; c; c = c->next) { for (size_t k = 0; k < m->field_count; k++) if (!strcmp(m->fields[k].yaml, c->text)) q->fields[q->field_count] = &m->fields[k]; q->descending[q->field_count++] = o && !strcmp(o->text, "desc"); if (o) o = o->next; } } }
    }
    /* order */
    S->by_dependency = arena_array(A, S->model_count, sizeof(void *)); bool *done = arena_array(A, S->model_count, 1); size_t n = 0;
    for (int strict = 1; n < S->model_count;) { bool any = false;
        for (i = 0; i < S->model_count; i++) { if (done[i]) continue; bool ok = true; struct model *m = &S->models[i];
            for (size_t k = 0; k < m->ref_count; k++) { const struct ref *r = &m->refs[k]; if (r->target != m && !done[r->target - S->models] && (strict || !r->optional)) ok = false; }
            if (ok) { m->rank = n; S->by_dependency[n++] = m; done[i] = any = true; if (!strict) { strict = 1; break; } } }
        if (!any) { if (!strict) return NULL; strict = 0; } }
    return S;
}
void schema_free(struct schema *s) { (void)s; arena_free(A); A = NULL; }
