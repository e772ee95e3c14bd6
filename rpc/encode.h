/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Typed memory to wire text, piece by piece: a reply of any size is made in
 * bounded memory, since the encoder stops between elements of the outermost
 * sets and maps (records of a get_all_records, events of a batch). */
#ifndef XAPID_RPC_ENCODE_H
#define XAPID_RPC_ENCODE_H

#include "lib/bytes.h"
#include "rpc/service.h"

/* Whole value at once, appended. JSON: one value. XML: <value>…</value>. */
void encode_value(enum rpc_format format, const struct type *type,
    const void *mem, struct bytes *out);
/* A record, cached on it the first time when cache is asked (events). */
void encode_record(enum rpc_format format, const struct record *r, bool cache,
    struct bytes *out);

/* A whole reply. */
struct encoder {
	enum rpc_format format;
	const struct rpc_call *rc;
	const char *json_id; /* JSON text of the request's id */
	bool json2;          /* "jsonrpc":"2.0" form */
	uint32_t next;       /* element to write next */
	int stage;
};
void encoder_init(struct encoder *e, const struct rpc_call *rc,
    const char *json_id, bool json2);
/* Appends at least want bytes (plus at most one element) unless it ends.
 * True when the reply is complete. */
bool encoder_run(struct encoder *e, struct bytes *out, size_t want);

#endif
