/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* XML-RPC requests.
 *
 * Nearly every request is plain: elements without attributes and text without
 * entities. That is read where it stands (xmlrpc_plain.c); what is not plain, or
 * wrong in any way, is read from its beginning by libxml2 (xmlrpc_sax.c), which
 * alone refuses. Both call the grammar (xmlrpc_grammar.c). */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "rpc/xmlrpc_private.h"

#define KEEP_MAX (256 * 1024) /* buffers above this are not kept */
#define DEFAULT_NODES 100000

/* ---- one a thread ---- */

static pthread_key_t parser_key;
static pthread_once_t parser_once = PTHREAD_ONCE_INIT;

static void
parser_free(void *arg)
{
	struct xmlrpc *p = arg;

	xmlrpc_sax_free(p->sax);
	bytes_free(&p->text);
	free(p->scratch);
	free(p);
}

static void
parser_setup(void)
{
	if (pthread_key_create(&parser_key, parser_free) != 0)
		abort(); /* at the first call, before anything is served */
}

static struct xmlrpc *
parser_get(void)
{
	struct xmlrpc *p;

	pthread_once(&parser_once, parser_setup);
	p = pthread_getspecific(parser_key);
	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p || pthread_setspecific(parser_key, p) != 0) {
		free(p);
		return NULL;
	}
	return p;
}

/* Keeps what is worth keeping for the next request of this thread. */
static void
parser_put(struct xmlrpc *p)
{
	if (p->text.cap > KEEP_MAX || p->text.failed)
		bytes_free(&p->text);
	if (p->cap_scratch * sizeof(*p->scratch) > KEEP_MAX) {
		free(p->scratch);
		p->scratch = NULL;
		p->cap_scratch = 0;
	}
}

/* ---- the body ---- */

static void
begin(struct xmlrpc *p, struct arena *a, const struct decode_limits *limits)
{
	p->arena = a;
	p->status = DECODE_OK;
	p->max_depth = VALUE_MAX_DEPTH;
	p->nodes_left = DEFAULT_NODES;
	if (limits && limits->max_depth && limits->max_depth < p->max_depth)
		p->max_depth = limits->max_depth;
	if (limits && limits->max_nodes)
		p->nodes_left = limits->max_nodes;
	p->method = NULL;
	p->params = NULL;
	p->nparams = 0;
	p->params_seen = false;
	p->nopen = 0;
	p->depth = 0;
	p->frames[0] = (struct frame){ 0 };
	p->nscratch = 0;
	p->text.len = 0;
}

enum decode_status
xmlrpc_decode_by(struct arena *a, const char *body, size_t len,
    const struct decode_limits *limits, bool plain, struct decoded_call *out_r)
{
	struct xmlrpc *p;

	memset(out_r, 0, sizeof(*out_r));
	if (len >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0) {
		body += 3;
		len -= 3;
	}
	p = parser_get();
	if (!p)
		return DECODE_NO_MEMORY;
	begin(p, a, limits);
	if (!plain || !xmlrpc_plain(p, body, len)) {
		begin(p, a, limits);
		xmlrpc_sax(p, body, len);
	}
	if (p->status == DECODE_OK) {
		out_r->method = p->method;
		out_r->params = p->params;
		out_r->nparams = p->nparams;
	}
	parser_put(p);
	return p->status;
}

enum decode_status
xmlrpc_decode(struct arena *a, const char *body, size_t len,
    const struct decode_limits *limits, struct decoded_call *out_r)
{
	return xmlrpc_decode_by(a, body, len, limits, true, out_r);
}
