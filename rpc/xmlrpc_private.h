/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The grammar of XML-RPC requests, and the two who read XML for it. */
#ifndef XAPID_RPC_XMLRPC_PRIVATE_H
#define XAPID_RPC_XMLRPC_PRIVATE_H

#include "lib/bytes.h"
#include "rpc/decode.h"

struct sax;

/* Index of xmlrpc_elements. */
enum element_id {
	E_CALL,
	E_METHOD,
	E_PARAMS,
	E_PARAM,
	E_VALUE,
	E_ARRAY,
	E_DATA,
	E_STRUCT,
	E_MEMBER,
	E_NAME,
	E_STRING,
	E_INT,
	E_I4,
	E_I8,
	E_BOOLEAN,
	E_DOUBLE,
	E_DATE,
	E_BASE64,
	E_NIL,
	E_COUNT
};

/* A value that is being read; frames[0] stands for the list of parameters. */
struct frame {
	struct value value;
	const char
	    *name;    /* of the member being read, NULL before it is known */
	size_t first; /* its first child on the scratch stack */
	bool typed;   /* an element inside <value> has given the type */
	bool filled;  /* this <param>, <member> or <array> has its child */
};

struct xmlrpc {
	/* Lives as long as its thread. */
	struct sax *sax;              /* libxml2's side; NULL: not yet needed */
	struct bytes text;            /* of the element being read */
	struct value_member *scratch; /* finished children of open values */
	size_t nscratch, cap_scratch;

	/* Of one request. */
	struct arena *arena;
	enum decode_status status;
	unsigned max_depth;
	size_t nodes_left;
	const char *method;
	bool params_seen;
	const struct value *params;
	unsigned nparams;
	unsigned depth; /* of values: frames[depth] is open */
	struct frame frames[VALUE_MAX_DEPTH + 1];
	unsigned nopen; /* elements that are open */
	/* methodCall params param, then value array data for each depth, or
	 * value struct member, and a scalar. */
	uint8_t open[3 * VALUE_MAX_DEPTH + 8];
};

struct element {
	const char *name;
	uint32_t parents; /* elements it may stand in, a bit each */
	bool text;        /* holds text, not only elements */
	int (*start)(struct xmlrpc *p);
	int (*end)(struct xmlrpc *p);
};

/* The grammar: what may stand in what. */
extern const struct element xmlrpc_elements[E_COUNT];

/* An element begins, or the innermost ends; text of the innermost. What may not
 * stand there makes p->status something else than DECODE_OK; after that nothing
 * happens. */
void xmlrpc_open(struct xmlrpc *p, enum element_id id);
void xmlrpc_close(struct xmlrpc *p);
void xmlrpc_text(struct xmlrpc *p, const char *s, size_t n);
/* Whether text here is more than blanks between elements. */
bool xmlrpc_keeps_text(const struct xmlrpc *p);
bool xmlrpc_is_blank(const char *s, size_t len);
/* -1, and the first such status stays. */
int xmlrpc_fail(struct xmlrpc *p, enum decode_status status);

/* xmlrpc_plain.c: false: let libxml2 read, and say what is wrong. */
bool xmlrpc_plain(struct xmlrpc *p, const char *s, size_t len);
/* xmlrpc_sax.c */
void xmlrpc_sax(struct xmlrpc *p, const char *s, size_t len);
void xmlrpc_sax_free(struct sax *x); /* NULL is fine */

/* As xmlrpc_decode(), for tests also without the short way. */
enum decode_status xmlrpc_decode_by(struct arena *a, const char *body,
    size_t len, const struct decode_limits *limits, bool plain,
    struct decoded_call *out_r);

#endif
