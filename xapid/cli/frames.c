/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/frames.h"

#include <errno.h>
#include <string.h>

#define FLUSH_BYTES 65536
#define PROMPT_BYTES_MAX 65536
/* A client that is silent is still there while its user thinks; it is asked
 * whether it left once a minute (http_read). */

struct client_message {
	uint32_t kind, tag, size; /* size: of a chunk of data */
};

/* ---- out ---- */

void
cli_put_int(struct bytes *out, uint32_t v)
{
	const uint8_t le[] = { (uint8_t)v, (uint8_t)(v >> 8),
		(uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	bytes_put(out, le, sizeof(le));
}

void
cli_put_text(struct bytes *out, const char *text, size_t len)
{
	cli_put_int(out, (uint32_t)len);
	bytes_put(out, text, len);
}

size_t
cli_frame_begin(struct cli *cli, enum cli_tag tag)
{
	size_t at = cli->out.len;

	cli_put_int(&cli->out, 0);
	cli_put_int(&cli->out, CLI_TAG_COMMAND);
	cli_put_int(&cli->out, tag);
	return at;
}

void
cli_frame_end(struct cli *cli, size_t at)
{
	uint32_t n;

	if (cli->out.failed)
		return;
	n = (uint32_t)(cli->out.len - at - 4);
	for (int i = 0; i < 4; i++)
		cli->out.p[at + (size_t)i] = (char)(n >> (8 * i));
}

void
cli_send_tag(struct cli *cli, enum cli_tag tag)
{
	cli_frame_end(cli, cli_frame_begin(cli, tag));
}

void
cli_send_text(struct cli *cli, enum cli_tag tag, const char *text, size_t len)
{
	size_t at = cli_frame_begin(cli, tag);

	cli_put_text(&cli->out, text, len);
	cli_frame_end(cli, at);
}

void
cli_send_print(struct cli *cli, const char *text)
{
	cli_send_text(cli, CLI_TAG_PRINT, text, strlen(text));
}

void
cli_send_stderr(struct cli *cli, const char *text)
{
	cli_send_text(cli, CLI_TAG_PRINT_STDERR, text, strlen(text));
}

void
cli_send_error(struct cli *cli, const char *const *error, unsigned n)
{
	size_t at = cli_frame_begin(cli, CLI_TAG_ERROR);

	cli_put_text(&cli->out, error[0], strlen(error[0]));
	cli_put_int(&cli->out, n - 1);
	for (unsigned i = 1; i < n; i++)
		cli_put_text(&cli->out, error[i], strlen(error[i]));
	cli_frame_end(cli, at);
}

void
cli_send_exit(struct cli *cli, int status)
{
	size_t at = cli_frame_begin(cli, CLI_TAG_EXIT);

	cli_put_int(&cli->out, (uint32_t)status);
	cli_frame_end(cli, at);
}

int
cli_flush(struct cli *cli)
{
	if (cli->failure == CLI_FAIL_GONE || cli->out.failed ||
	    http_write(cli->x, cli->out.p, cli->out.len) < 0)
		return cli_fail_gone(cli);
	cli->out.len = 0;
	return 0;
}

int
cli_flush_some(struct cli *cli)
{
	return cli->out.len < FLUSH_BYTES ? 0 : cli_flush(cli);
}

/* ---- in ---- */

/* Exactly len bytes, however long it takes. */
static int
read_full(struct cli *cli, void *buf, size_t len)
{
	char *p = buf;

	while (len > 0) {
		ssize_t n = http_read(cli->x, p, len);

		if (n < 0 && errno == ETIMEDOUT && !http_gone(cli->x))
			continue;
		if (n <= 0)
			return cli_fail_gone(cli);
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static uint32_t
get_int(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

int
cli_greet(struct cli *cli)
{
	uint8_t hello[sizeof(CLI_GREETING) - 1 + 8];

	bytes_puts(&cli->out, CLI_GREETING);
	cli_put_int(&cli->out, CLI_PROTOCOL_MAJOR);
	cli_put_int(&cli->out, CLI_PROTOCOL_MINOR);
	if (cli_flush(cli) < 0 || read_full(cli, hello, sizeof(hello)) < 0)
		return -1;
	if (memcmp(hello, CLI_GREETING, sizeof(CLI_GREETING) - 1) != 0 ||
	    get_int(hello + sizeof(hello) - 8) != CLI_PROTOCOL_MAJOR)
		return cli_fail_gone(cli);
	return 0;
}

/* A message of the client: a kind, a tag and, of a chunk, its size. */
static int
read_message(struct cli *cli, struct client_message *m)
{
	uint8_t head[4], body[12] = { 0 };
	uint32_t len;

	if (read_full(cli, head, sizeof(head)) < 0)
		return -1;
	len = get_int(head);
	if (len < 8 || len > sizeof(body))
		return cli_fail_gone(cli);
	if (read_full(cli, body, len) < 0)
		return -1;
	m->kind = get_int(body);
	m->tag = get_int(body + 4);
	m->size = get_int(body + 8);
	return 0;
}

static int
read_response(struct cli *cli, bool *ok_r)
{
	struct client_message m;

	do {
		if (read_message(cli, &m) < 0)
			return -1;
		if (m.kind != CLI_TAG_RESPONSE)
			return cli_fail_gone(cli);
	} while (m.tag == CLI_TAG_WAIT);
	*ok_r = m.tag == CLI_TAG_OK;
	return 0;
}

static int
read_chunk(struct cli *cli, uint32_t size, size_t max, struct bytes *out)
{
	if (size > max || out->len > max - size)
		return cli_fail(cli, "The client sends more than %zu bytes",
		    max);
	if (!bytes_reserve(out, size))
		return cli_fail_nomem(cli);
	if (read_full(cli, out->p + out->len, size) < 0)
		return -1;
	out->len += size;
	return 0;
}

/* Chunks up to the end of data. */
static int
read_data(struct cli *cli, size_t max, struct bytes *out)
{
	struct client_message m;

	for (;;) {
		if (read_message(cli, &m) < 0)
			return -1;
		if (m.kind != CLI_TAG_BLOB)
			return cli_fail_gone(cli);
		if (m.tag == CLI_TAG_END)
			return 0;
		if (m.tag != CLI_TAG_CHUNK ||
		    read_chunk(cli, m.size, max, out) < 0)
			return cli->failure == CLI_FINE ? cli_fail_gone(cli)
							: -1;
	}
}

int
cli_load(struct cli *cli, const char *name, size_t max, struct bytes *out,
    bool *found_r)
{
	cli_send_text(cli, CLI_TAG_LOAD, name, strlen(name));
	if (cli_flush(cli) < 0 || read_response(cli, found_r) < 0)
		return -1;
	return *found_r ? read_data(cli, max, out) : 0;
}

int
cli_prompt(struct cli *cli, struct bytes *out)
{
	cli_send_tag(cli, CLI_TAG_PROMPT);
	if (cli_flush(cli) < 0)
		return -1;
	return read_data(cli, PROMPT_BYTES_MAX, out);
}

int
cli_http(struct cli *cli, enum cli_tag tag, const char *name, const char *path,
    bool *ok_r)
{
	size_t at = cli_frame_begin(cli, tag);

	if (tag != CLI_TAG_HTTP_CONNECT)
		cli_put_text(&cli->out, name, strlen(name));
	cli_put_text(&cli->out, path, strlen(path));
	cli_frame_end(cli, at);
	if (cli_flush(cli) < 0)
		return -1;
	return read_response(cli, ok_r);
}

/* Our client says that it has enough (a "failed" out of turn) and then closes
 * its half of the connection; whoever closes without a word has left, and the
 * work goes on without him, as with the original. */
enum cli_presence
cli_presence(struct cli *cli)
{
	struct client_message m = { 0 };
	enum cli_failure before = cli->failure;

	if (cli->cancels || !http_gone(cli->x))
		return CLI_THERE;
	if (read_message(cli, &m) == 0 && m.kind == CLI_TAG_RESPONSE &&
	    m.tag == CLI_TAG_FAILED) {
		cli->failure = before;
		return CLI_CANCELS;
	}
	return CLI_LEFT;
}
