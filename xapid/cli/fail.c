/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why a command failed, and how that is said. (source of the forms: cli.json
 * errors, cli-wire.txt) */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/frames.h"
#include "cli/value.h"

const char *
cli_text(struct cli *cli, const char *fmt, ...)
{
	va_list ap;
	const char *text;

	va_start(ap, fmt);
	text = arena_vprintf(cli->arena, fmt, ap);
	va_end(ap);
	if (text)
		return text;
	cli_fail_nomem(cli);
	return "";
}

static int
fail_text(struct cli *cli, enum cli_failure how, const char *fmt, va_list ap)
{
	if (cli->failure != CLI_FINE)
		return -1;
	cli->text = arena_vprintf(cli->arena, fmt, ap);
	if (!cli->text)
		return cli_fail_nomem(cli);
	cli->failure = how;
	cli->status = 1;
	return -1;
}

int
cli_fail(struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_text(cli, CLI_FAIL_TEXT, fmt, ap);
	va_end(ap);
	return -1;
}

int
cli_fail_usage(struct cli *cli, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail_text(cli, CLI_FAIL_USAGE, fmt, ap);
	va_end(ap);
	return -1;
}

int
cli_fail_status(struct cli *cli, int status)
{
	if (cli->failure == CLI_FINE) {
		cli->failure = CLI_FAIL_STATUS;
		cli->status = status;
	}
	return -1;
}

int
cli_fail_nomem(struct cli *cli)
{
	if (cli->failure == CLI_FINE) {
		cli->failure = CLI_FAIL_TEXT;
		cli->text = "Out of memory";
		cli->status = 1;
	}
	return -1;
}

int
cli_fail_gone(struct cli *cli)
{
	cli->failure = CLI_FAIL_GONE;
	return -1;
}

int
cli_fail_api(struct cli *cli, const char *const *error, unsigned n)
{
	const char **copy;

	if (cli->failure != CLI_FINE)
		return -1;
	copy = arena_array(cli->arena, n, sizeof(*copy));
	for (unsigned i = 0; copy && i < n; i++) {
		copy[i] = arena_strdup(cli->arena, error[i]);
		if (!copy[i])
			copy = NULL;
	}
	if (!copy)
		return cli_fail_nomem(cli);
	cli->failure = error_find(copy[0]) ? CLI_FAIL_API : CLI_FAIL_CODE;
	cli->error = copy;
	cli->nerror = n;
	cli->status = 1;
	return -1;
}

int
cli_fail_code(struct cli *cli, const char *code, const char *param)
{
	const char *const error[] = { code, param };

	return cli_fail_api(cli, error, 2);
}

int
cli_fail_missing(struct cli *cli, const char *param)
{
	return cli_fail_usage(cli, "Required parameter not found: %s", param);
}

bool
cli_failed_with(const struct cli *cli, const char *code)
{
	return cli->failure == CLI_FAIL_API && strcmp(cli->error[0], code) == 0;
}

bool
cli_forgive(struct cli *cli)
{
	if (cli->failure == CLI_FAIL_GONE)
		return false;
	cli->failure = CLI_FINE;
	cli->status = 0;
	return true;
}

struct cli_trouble
cli_put_aside(struct cli *cli)
{
	struct cli_trouble t = {
		.failure = cli->failure,
		.text = cli->text,
		.error = cli->error,
		.nerror = cli->nerror,
		.status = cli->status,
	};

	cli->failure = CLI_FINE;
	cli->status = 0;
	return t;
}

void
cli_put_back(struct cli *cli, const struct cli_trouble *t)
{
	if (cli->failure == CLI_FAIL_GONE)
		return;
	cli->failure = t->failure;
	cli->text = t->text;
	cli->error = t->error;
	cli->nerror = t->nerror;
	cli->status = t->status;
}

/* ---- saying it ---- */

/* A parameter as people read it: references become UUIDs and names. */
static const char *
readable(struct cli *cli, const char *param)
{
	struct ref ref;
	const char *text;

	if (strncmp(param, "OpaqueRef:", 10) != 0 || !ref_parse(param, &ref) ||
	    ref_is_null(ref))
		return param;
	text = cli_describe_any(cli, ref);
	return text ? text : param;
}

static void
put_api_error(struct cli *cli, struct bytes *out)
{
	const struct error_info *e = error_find(cli->error[0]);
	const char *const *names = e->varargs ? NULL : e->params;
	unsigned named = 0;

	bytes_puts(out, e->doc);
	bytes_putc(out, '\n');
	while (names && names[named])
		named++;
	for (unsigned i = 1; i < cli->nerror; i++) {
		const char *name = i <= named ? names[i - 1] : "<extra>";

		bytes_printf(out, "%s: %s\n", name,
		    readable(cli, cli->error[i]));
	}
	for (unsigned i = cli->nerror; names && i <= named; i++)
		bytes_printf(out, "%s: <unknown>\n", names[i - 1]);
}

/* Each line is a frame of its own, as the original sends them. */
static void
send_lines(struct cli *cli, const char *text, size_t len)
{
	while (len > 0) {
		const char *lf = memchr(text, '\n', len);
		size_t n = lf ? (size_t)(lf - text) + 1 : len;

		cli_send_text(cli, CLI_TAG_PRINT_STDERR, text, n);
		text += n;
		len -= n;
	}
}

static void
put_reason(struct cli *cli, struct bytes *out)
{
	switch (cli->failure) {
	case CLI_FAIL_TEXT:
		bytes_printf(out, "Error: %s\n", cli->text);
		break;
	case CLI_FAIL_USAGE:
		bytes_printf(out, "%s\nFor usage run: 'xe help'\n", cli->text);
		break;
	case CLI_FAIL_API:
		put_api_error(cli, out);
		break;
	default:
		break;
	}
}

void
cli_report(struct cli *cli)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	enum cli_failure failure = cli->failure;

	if (failure == CLI_FAIL_CODE) {
		cli_send_error(cli, cli->error, cli->nerror);
		return;
	}
	put_reason(cli, &out);
	cli->failure = failure; /* whatever describing references did */
	if (!out.failed)
		send_lines(cli, out.p, out.len);
}

const char *
cli_reason(struct cli *cli)
{
	CLEANUP_BYTES struct bytes out = { 0 };
	const char *text;

	if (cli->failure == CLI_FAIL_CODE)
		bytes_puts(&out, cli->error[0]);
	else
		put_reason(cli, &out);
	while (out.len && out.p[out.len - 1] == '\n')
		out.len--;
	text = bytes_cstr(&out);
	text = text ? arena_strdup(cli->arena, text) : NULL;
	return text ? text : "";
}
