/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* POST /cli: reads a command, logs in as its user, runs it, answers its exit
 * code. POST /xe is the same with wishes in its query. (source: cli.json
 * protocol) */
#include <errno.h>
#include <string.h>

#include "cli/args.h"
#include "cli/call.h"
#include "cli/frames.h"
#include "cli/generic.h"
#include "cli/print.h"
#include "cli/regular.h"
#include "lib/log.h"

#define BODY_BYTES_MAX 204800
#define ARENA_BYTES_MAX (UINT64_C(512) << 20)
#define API_VERSION "2.23"

/* ---- the request ---- */

static int
refuse(struct cli *cli, int status)
{
	http_answer(cli->x, status, NULL, NULL, 0);
	return -1;
}

static int
read_body(struct cli *cli, struct bytes *body)
{
	int64_t length = http_content_length(cli->x);

	if (length < 0)
		return refuse(cli, 411);
	if (length > BODY_BYTES_MAX)
		return refuse(cli, 413);
	if (!bytes_reserve(body, (size_t)length + 1))
		return refuse(cli, 503);
	while (body->len < (size_t)length) {
		ssize_t n = http_read(cli->x, body->p + body->len,
		    (size_t)length - body->len);

		if (n <= 0)
			return refuse(cli, n < 0 ? 408 : 400);
		body->len += (size_t)n;
	}
	return 0;
}

static void
read_wishes(struct cli *cli)
{
	const struct {
		const char *name;
		bool *wish;
	} switches[] = {
		{ "rows", &cli->wish.rows },
		{ "dry-run", &cli->wish.dry_run },
		{ "explain", &cli->wish.explain },
		{ "watch", &cli->wish.watch },
	};

	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		*switches[i].wish =
		    http_query(cli->x, switches[i].name, 0) != NULL;
	cli->wish.where = http_query(cli->x, "where", 0);
}

/* ---- session ---- */

static int
fail_login(struct cli *cli, const char *user)
{
	if (!cli_failed_with(cli, "SESSION_AUTHENTICATION_FAILED"))
		return -1;
	cli->failure = CLI_FINE;
	if (!*user)
		return cli_fail_usage(cli,
		    "A user name and a password are wanted");
	return cli_fail_usage(cli, "The user name or the password is wrong");
}

static int
log_in(struct cli *cli)
{
	const char *user = cli_get_text(cli, "username");
	const char *password = cli_get_text(cli, "password");
	bool local = cli->command->flags & CLI_LOCAL_SESSION;
	CLI_ANSWER struct cli_answer a = { 0 };
	struct value session;
	int rc;

	if (cli->session)
		return 0;
	rc = local
	    ? cli_call(cli, &a, "session.slave_local_login_with_password", "ss",
		  user, password)
	    : cli_call(cli, &a, "session.login_with_password", "ssss", user,
		  password, API_VERSION, "cli");
	if (rc < 0)
		return fail_login(cli, user);
	session = cli_param_ref(cli, cli_answer_ref(&a));
	cli->session = session.s;
	cli->own_session = true;
	return 0;
}

static void
log_out(struct cli *cli)
{
	struct cli_trouble t;
	bool local;

	if (!cli->own_session)
		return;
	local = cli->command->flags & CLI_LOCAL_SESSION;
	t = cli_put_aside(cli);
	cli->wish = (struct cli_wishes){ 0 };
	(void)cli_do(cli, local ? "session.local_logout" : "session.logout",
	    "");
	cli_put_back(cli, &t);
}

/* ---- the command ---- */

static int
fail_unknown(struct cli *cli)
{
	const char **names =
	    arena_array(cli->arena, cli_command_count, sizeof(*names));
	const char *near[3];
	unsigned n = 0, known = 0;

	for (unsigned i = 0; names && i < cli_command_count; i++)
		if (!(cli_command_table[i].flags & CLI_HIDDEN))
			names[known++] = cli_command_table[i].name;
	if (names)
		n = cli_near(cli->name, names, known, near, 3);
	if (n == 0)
		return cli_fail_usage(cli, "Unknown command: %s", cli->name);
	return cli_fail_usage(cli,
	    "Unknown command: %s\nNearest to it: %s%s%s%s%s", cli->name,
	    near[0], n > 1 ? ", " : "", n > 1 ? near[1] : "", n > 2 ? ", " : "",
	    n > 2 ? near[2] : "");
}

static int
find_command(struct cli *cli)
{
	cli->command = cli_command_find(cli->name);
	if (!cli->command)
		return fail_unknown(cli);
	cli->action = &cli_action_table[cli->command - cli_command_table];
	if (cli->command->cls >= 0)
		cli->cls = &cli_class_table[cli->command->cls];
	return cli_args_check(cli);
}

static int
run(struct cli *cli)
{
	if (cli->command->flags & CLI_FORCE_NEEDED && cli_want_force(cli) < 0)
		return -1;
	if (cli->cls)
		return cli_generic_run(cli);
	if (cli->action->run)
		return cli->action->run(cli);
	if (cli->action->call.method >= 0)
		return cli_regular_run(cli);
	return cli_fail_code(cli, "NOT_IMPLEMENTED", cli->name);
}

static void
tell_log(const struct cli *cli)
{
	bool looks = cli->cls &&
	    (cli->command->verb == CLI_LIST ||
		cli->command->verb == CLI_PARAM_LIST ||
		cli->command->verb == CLI_PARAM_GET);
	const char *uuid = cli_get(cli, "uuid");

	log_at(looks ? LOG_L_DEBUG : LOG_L_INFO, "xe %s%s%s", cli->name,
	    uuid ? " uuid=" : "", uuid ? uuid : "");
}

static int
execute(struct cli *cli, const struct bytes *body)
{
	if (cli_args_parse(cli, body->p, body->len) < 0)
		return -1;
	if (strcmp(cli->name, "help") == 0)
		return cli_help(cli);
	if (find_command(cli) < 0 || log_in(cli) < 0)
		return -1;
	tell_log(cli);
	return run(cli);
}

/* ---- all of it ---- */

static void
converse(struct cli *cli, const struct bytes *body)
{
	http_raw(cli->x);
	if (cli_greet(cli) < 0)
		return;
	if (execute(cli, body) == 0)
		cli_print_end(cli);
	if (cli->failure != CLI_FINE && cli->failure != CLI_FAIL_STATUS &&
	    cli->failure != CLI_FAIL_GONE)
		cli_report(cli); /* describes objects, as their user */
	log_out(cli);
	if (cli->failure == CLI_FAIL_GONE)
		return;
	cli_send_exit(cli, cli->failure == CLI_FINE ? 0 : cli->status);
	(void)cli_flush(cli);
}

static void
release(struct cli *cli)
{
	struct ref key;
	const struct record *r;

	for (size_t i = 0; (r = refmap_next(&cli->records, &i, &key));)
		record_unref(r);
	refmap_free(&cli->records);
	for (unsigned i = 0; i < cli->ncolumns; i++)
		bytes_free(&cli->columns[i]);
	free(cli->columns);
	bytes_free(&cli->out);
	arena_free(cli->spare);
	arena_free(cli->arena);
}

void
http_post_cli(struct http_exchange *x, struct call *c)
{
	CLEANUP_BYTES struct bytes body = { 0 };
	struct cli cli = { .core = c->core, .x = x };

	cli.arena = arena_new(ARENA_BYTES_MAX);
	if (!cli.arena) {
		http_answer(x, 503, NULL, NULL, 0);
		return;
	}
	call_service_init(&cli.service, c->core);
	cli.wish.progress = http_header(x, "x-xe-terminal") != NULL;
	if (strcmp(http_path(x), "/cli") != 0)
		read_wishes(&cli);
	if (read_body(&cli, &body) == 0)
		converse(&cli, &body);
	release(&cli);
}
