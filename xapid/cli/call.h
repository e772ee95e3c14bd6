/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of the API that a command makes, as its user: looked up, checked and
 * audited like those that come by the wire. */
#ifndef XAPID_CLI_CALL_H
#define XAPID_CLI_CALL_H

#include <stdarg.h>

#include "cli/cli.h"

/* The answer of a call: typed memory that lives until cli_answer_end. */
struct cli_answer {
	const struct type *type;
	const void *mem;
	struct cli_pending *pending; /* NULL: ended, or never made */
};
#define CLI_ANSWER __attribute__((cleanup(cli_answer_end)))
void cli_answer_end(struct cli_answer *a); /* an empty one is fine */

/* Without the session, which is added where the call wants one. */
int cli_call_values(struct cli *cli, struct cli_answer *a, const char *method,
    const struct value *params, unsigned n);
/* fmt, one letter a parameter: r struct ref, s const char *, b bool,
 * i int64_t, f double, v const struct value *. */
int cli_call(struct cli *cli, struct cli_answer *a, const char *method,
    const char *fmt, ...);
#define CLI_PARAMS_MAX 24
unsigned cli_read_params(struct cli *cli, const char *fmt, va_list ap,
    struct value *params);
/* For a call whose answer does not matter. */
int cli_do(struct cli *cli, const char *method, const char *fmt, ...);
/* The object of class with this uuid. */
int cli_by_uuid(struct cli *cli, const char *cls, const char *uuid,
    struct ref *out_r);

/* An answer that is a reference, or a text. */
static inline struct ref
cli_answer_ref(const struct cli_answer *a)
{
	return *(const struct ref *)a->mem;
}

static inline const char *
cli_answer_text(const struct cli_answer *a)
{
	return *(const char *const *)a->mem;
}

/* Runs METHOD as a task and waits for its end, telling its progress where the
 * user asked for it. What the client says or how it leaves counts: see
 * cli_presence. */
int cli_run_task(struct cli *cli, const char *method, const char *fmt, ...);
/* The same for one that answers the reference of what it made; null in a
 * rehearsal. */
int cli_run_task_ref(struct cli *cli, struct ref *out_r, const char *method,
    const char *fmt, ...);
int cli_run_task_values(struct cli *cli, const char *method,
    const struct value *params, unsigned n);
/* Waits for a task that exists. result_r (may be NULL): its result, in the
 * arena. */
int cli_wait_task(struct cli *cli, struct ref task, const char **result_r);

/* The record of a reference, borrowed until the command ends; NULL where there
 * is none or the user may not see it. */
const struct record *cli_record(struct cli *cli, int cls, struct ref ref);
/* The record as it is now; the one before is gone. */
int cli_renew(struct cli *cli, const struct record **r_r);
/* Its uuid and name, or NULL. */
const char *cli_record_uuid(const struct record *r);
const char *cli_record_name(const struct record *r);
/* Typed members by name, for the few that commands look at. */
const void *cli_member(const struct record *r, const char *field);

/* ---- parameters, in the arena ---- */
/* For cli_call_values; texts are borrowed. */
struct value cli_param_ref(struct cli *cli, struct ref r);
struct value cli_param_text(struct cli *cli, const char *text);
struct value cli_param_bool(bool b);
struct value cli_param_int(int64_t i);
struct value cli_param_double(double d);
struct value cli_param_refs(struct cli *cli, const struct ref *refs,
    unsigned n);
/* A map string string of all P:KEY=VALUE. */
struct value cli_param_pairs(struct cli *cli, const char *prefix);

#endif
