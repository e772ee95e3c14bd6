/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Programs of the administrator that clients may run on a host: plugins and
 * API extensions. A name is a file in one of the folders configured, never a
 * path; it is executed, never passed through a shell, with bounds on time and
 * output. (attack A23)
 *
 * A plugin gets an XML-RPC call as its only argument: the function as method,
 * then the session and a struct of the arguments. An extension gets "--xmlrpc"
 * and an XML-RPC call on standard input. Both print an XML-RPC reply. (source:
 * wire.json host_call_plugin, and XenAPIPlugin.py, which plugins use) */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "call/edit.h"
#include "lib/file.h"
#include "lib/proc.h"
#include "rpc/client.h"
#include "rpc/decode.h"

#define MAX_OUTPUT ((size_t)16 << 20)
#define MAX_ARGUMENT ((size_t)120 * 1024) /* Linux takes 128 KiB */
#define EXCERPT 4096                      /* bytes of output in an error */

/* ---- finding ---- */

static bool
is_file_name(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') &&
	    strlen(name) <= 255;
}

/* Whether a regular file that somebody may execute stands there, reached
 * without symbolic links. */
static bool
is_program(const char *dir, const char *name)
{
	CLEANUP_FD int dirfd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CLEANUP_FD int fd = -1;
	struct stat st;

	if (dirfd < 0)
		return false;
	fd = file_open_below(dirfd, name, O_RDONLY, 0);
	return fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 0111);
}

/* The path of a program in the first folder that has it, or NULL. */
static const char *
find(struct call *c, const char *const dirs[], const char *name)
{
	if (!is_file_name(name))
		return NULL;
	for (; *dirs; dirs++)
		if (is_program(*dirs, name))
			return arena_printf(c->arena, "%s/%s", *dirs, name);
	return NULL;
}

/* ---- running ---- */

/* The beginning of an output, as clean text. */
static const char *
excerpt(struct call *c, const struct bytes *b)
{
	size_t len = b->len < EXCERPT ? b->len : EXCERPT;
	char *text = arena_strndup(c->arena, b->len ? b->p : "", len);

	for (char *p = text; p && *p; p++)
		if ((*p < ' ' && *p != '\n' && *p != '\t') || *p > '~')
			*p = '?';
	return text ? text : "";
}

/* "" when the program ended well, else what became of it. */
static const char *
ending(struct call *c, const struct proc_result *r)
{
	const char *text;

	if (r->given_up)
		return "task stopped";
	if (r->timed_out)
		return "timed out";
	if (r->truncated)
		return "too much output";
	if (WIFSIGNALED(r->status)) {
		text = arena_printf(c->arena, "signal: %s",
		    sigabbrev_np(WTERMSIG(r->status)));
		return text ? text : "signal";
	}
	return WEXITSTATUS(r->status) ? "non-zero exit" : "";
}

/* A task that was cancelled, or the end of the daemon. A client that merely
 * left may count on the plugin to end its work. */
static bool
give_up(void *arg)
{
	const struct call *c = arg;

	return atomic_load(&c->core->stopping) ||
	    (!ref_is_null(c->task) && atomic_load(&c->cancelled));
}

static int
run(struct call *c, const char *const argv[], const struct bytes *input,
    struct proc_result *r)
{
	const struct proc_limits limits = {
		.timeout_ms = (int)(c->core->config->plugin_timeout_s > 2000000
			? 2000000000
			: c->core->config->plugin_timeout_s * 1000),
		.max_output = MAX_OUTPUT,
		.give_up = give_up,
		.arg = c,
	};

	return proc_run(argv, NULL, input ? input->p : NULL,
	    input ? input->len : 0, &limits, r);
}

static int
fail_with(struct call *c, const struct xmlrpc_reply *reply)
{
	return call_fail(c, reply->error[0], reply->error + 1,
	    reply->nerror - 1);
}

/* ---- plugins ---- */

static struct value
string_value(const char *s)
{
	return (struct value){ .kind = VALUE_STRING,
		.s = s,
		.n = (uint32_t)strlen(s) };
}

static int
plugin_call(struct call *c, const char *fn, const struct map *args,
    struct bytes *out)
{
	const char *const *keys = args->keys, *const *values = args->values;
	struct value_member *members =
	    arena_array(c->arena, args->n + 1, sizeof(*members));
	struct value params[2];

	if (!members)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < args->n; i++)
		members[i] =
		    (struct value_member){ keys[i], string_value(values[i]) };
	params[0] = string_value(call_ref_text(c, c->caller.session));
	params[1] = (struct value){ .kind = VALUE_STRUCT,
		.n = args->n,
		.members = members };
	xmlrpc_call_encode(fn, params, 2, out);
	if (!bytes_cstr(out))
		return call_fail_nomem(c);
	return out->len <= MAX_ARGUMENT
	    ? 0
	    : fail_invalid_value(c, "args", "too large for a plugin");
}

static int
plugin_reply(struct call *c, const struct proc_result *r, const char **result_r)
{
	struct xmlrpc_reply reply;

	if (xmlrpc_reply_decode(c->arena, r->out.len ? r->out.p : "",
		r->out.len, &reply) < 0)
		return call_fail_nomem(c);
	switch (reply.kind) {
	case REPLY_VALUE:
		if (!reply.text)
			break;
		*result_r = reply.text;
		return 0;
	case REPLY_FAILURE:
		return fail_with(c, &reply);
	case REPLY_FAULT:
		return fail_xenapi_plugin_failure(c, "fault", reply.error[0],
		    reply.error[1]);
	case REPLY_MALFORMED:
		return fail_xenapi_plugin_failure(c,
		    "failed to parse plugin output", excerpt(c, &r->out),
		    reply.text);
	case REPLY_ODD:
		break;
	}
	return fail_xenapi_plugin_failure(c, "unexpected XMLRPC result",
	    excerpt(c, &r->out), "");
}

int
host_call_plugin(struct call *c, const struct host_call_plugin_args *a,
    const char **result_r)
{
	const char *path = find(c, c->core->config->plugin_dirs, a->plugin);
	CLEANUP_PROC_RESULT struct proc_result r = { 0 };
	CLEANUP_BYTES struct bytes call = { 0 };
	const char *how;

	if (!path)
		return fail_xenapi_missing_plugin(c, a->plugin);
	if (plugin_call(c, a->fn, &a->args, &call) < 0)
		return -1;
	const char *const argv[] = { path, call.p, NULL };

	if (run(c, argv, NULL, &r) < 0)
		return fail_xenapi_plugin_failure(c, "cannot be started",
		    strerrordesc_np(errno), "");
	how = ending(c, &r);
	if (*how)
		return fail_xenapi_plugin_failure(c, how, excerpt(c, &r.out),
		    excerpt(c, &r.err));
	return plugin_reply(c, &r, result_r);
}

/* ---- extensions ---- */

int
host_has_extension(struct call *c, const struct host_has_extension_args *a,
    bool *result_r)
{
	*result_r = find(c, c->core->config->extension_dirs, a->name) != NULL;
	return 0;
}

/* Hosts of a pool that one daemon serves have the same extensions. */
int
pool_has_extension(struct call *c, const struct pool_has_extension_args *a,
    bool *result_r)
{
	*result_r = find(c, c->core->config->extension_dirs, a->name) != NULL;
	return 0;
}

/* call: one JSON-RPC request. */
static int
read_extension_call(struct call *c, const char *text,
    struct decoded_call **call_r)
{
	unsigned n = 0;
	int json_error;
	bool batch;

	if (jsonrpc_decode(c->arena, text, strlen(text), NULL, call_r, &n,
		&batch, &json_error) != DECODE_OK ||
	    n != 1 || batch || (*call_r)->json_error)
		return fail_invalid_value(c, "call", "no JSON-RPC request");
	return 0;
}

static int
fail_extension(struct call *c, const char *path, const char *why,
    const struct proc_result *r)
{
	const char *const params[] = { path, why, excerpt(c, &r->out),
		excerpt(c, &r->err) };

	return call_fail(c, "INTERNAL_ERROR", params, 4);
}

static int
fail_protocol(struct call *c, const struct proc_result *r)
{
	const char *const params[] = { excerpt(c, &r->out) };

	return call_fail(c, "EXTENSION_PROTOCOL_FAILURE", params, 1);
}

static int
extension_reply(struct call *c, const struct proc_result *r,
    const char **result_r)
{
	struct xmlrpc_reply reply;

	if (xmlrpc_reply_decode(c->arena, r->out.len ? r->out.p : "",
		r->out.len, &reply) < 0)
		return call_fail_nomem(c);
	if (reply.kind == REPLY_FAILURE)
		return fail_with(c, &reply);
	if (reply.kind != REPLY_VALUE || !reply.text)
		return fail_protocol(c, r);
	*result_r = reply.text;
	return 0;
}

/* Answers the Value of the extension where it is a string: the call's result
 * has no other type. */
int
host_call_extension(struct call *c, const struct host_call_extension_args *a,
    const char **result_r)
{
	CLEANUP_PROC_RESULT struct proc_result r = { 0 };
	CLEANUP_BYTES struct bytes input = { 0 };
	struct decoded_call *call;
	const char *path, *how;

	if (read_extension_call(c, a->call, &call) < 0)
		return -1;
	path = find(c, c->core->config->extension_dirs, call->method);
	if (!path)
		return fail_message_method_unknown(c, call->method);
	xmlrpc_call_encode(call->method, call->params, call->nparams, &input);
	if (input.failed)
		return call_fail_nomem(c);
	const char *const argv[] = { path, "--xmlrpc", NULL };

	if (run(c, argv, &input, &r) < 0)
		return fail_extension(c, path, strerrordesc_np(errno), &r);
	how = ending(c, &r);
	if (*how)
		return fail_extension(c, path, how, &r);
	return extension_reply(c, &r, result_r);
}
