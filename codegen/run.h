/* run.h: what the verbs do; each returns an enum exit_code. */
#ifndef CODEGEN_RUN_H
#define CODEGEN_RUN_H

#include "options.h"

int run_generate(const struct arguments *a);
int run_list_outputs(const struct arguments *a);
int run_check(const struct arguments *a);
int run_sql(const struct arguments *a);
int run_explain(const struct arguments *a);
int run_fmt(const struct arguments *a);
int run_graph(const struct arguments *a);
int run_init(const struct arguments *a);
int run_completion(const struct arguments *a);
int run_inspect(const struct arguments *a);
int run_jsonschema(const struct arguments *a);
int run_templates(const struct arguments *a);
int run_dev(const struct arguments *a);
int run_help(const struct arguments *a);

/* The end of a verb that prints: EXIT_OK if all of it went out. */
int flush_stdout(void);

#endif
