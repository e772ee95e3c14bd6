/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rpc/encode_form.h"

#include <math.h>
#include <stdio.h>

#include "lib/fault.h"
#include "lib/text.h"

/* One block, so that whoever frees the record needs free() only. */
struct encoded {
	size_t len;
	char text[];
};

static const struct encode_form *const forms[] = {
	[RPC_XML] = &encode_form_xml,
	[RPC_JSON] = &encode_form_json,
};

const char *const encode_event_ops[] = {
	[EVENT_ADD] = "add",
	[EVENT_DEL] = "del",
	[EVENT_MOD] = "mod",
};

/* ---- what both formats share ---- */

uint32_t
encode_count(const struct type *type, const void *mem)
{
	switch (type->kind) {
	case TYPE_SET:
		return ((const struct set *)mem)->n;
	case TYPE_MAP:
		return ((const struct map *)mem)->n;
	case TYPE_EVENT_BATCH:
		return ((const struct event_batch *)mem)->n;
	default:
		return 0;
	}
}

/* Whole numbers, which nearly all are, do not need printf. */
void
encode_float(struct bytes *out, double v, bool point)
{
	char text[32];
	int n;

	if (fabs(v) < 1e15 && v == trunc(v) && !signbit(v)) {
		bytes_put_int(out, (long long)v);
		if (point)
			PUT(out, ".0");
		return;
	}
	n = text_format_double(v, text);
	bytes_put(out, text, (size_t)n);
	if (point && !strpbrk(text, ".e"))
		PUT(out, ".0");
}

/* put_text: for a foreign reference, which may be any text. */
void
encode_ref(struct bytes *out, struct ref r,
    void (*put_text)(struct bytes *out, const char *s))
{
	char text[REF_CHARS + 1];

	if (ref_is_null(r))
		PUT(out, "OpaqueRef:NULL");
	else if (ref_is_foreign(r))
		put_text(out, ref_text(r, text));
	else
		bytes_put(out, text, (size_t)ref_format(r, text));
}

/* The second number is that of the original's store of messages. */
void
encode_token(const struct event_batch *batch, char text[ENCODE_TOKEN_CHARS + 1])
{
	snprintf(text, ENCODE_TOKEN_CHARS + 1, "%020llu,%020llu",
	    (unsigned long long)batch->token, 0ull);
}

/* ---- records and their cache ---- */

/* A batch of few events is a change, which others listen for too. A batch of
 * many is somebody's first download: to keep that text would double the
 * memory of the database. */
#define CACHED_BATCH_MAX 128

bool
encode_caches(const struct event_batch *batch)
{
	return batch->n <= CACHED_BATCH_MAX;
}

/* The first thread to finish wins; text of an immutable record is always the
 * same. No memory: no cache. */
static void
keep_text(enum rpc_format format, const struct record *r, const char *text,
    size_t len)
{
	_Atomic(struct encoded *) *slot =
	    &((struct record *)r)->encoded[format];
	struct encoded *none = NULL;
	struct encoded *enc = fault_malloc(sizeof(*enc) + len);

	if (!enc)
		return;
	enc->len = len;
	memcpy(enc->text, text, len);
	if (!atomic_compare_exchange_strong(slot, &none, enc))
		free(enc);
}

void
encode_record_text(enum rpc_format format, const struct record *r, bool cache,
    struct bytes *out)
{
	const struct encoded *enc =
	    atomic_load_explicit(&r->encoded[format], memory_order_acquire);
	size_t from = out->len;

	if (enc) {
		bytes_put(out, enc->text, enc->len);
		return;
	}
	forms[format]->record(out, r);
	if (cache && !out->failed)
		keep_text(format, r, out->p + from, out->len - from);
}

void
encode_record(enum rpc_format format, const struct record *r, bool cache,
    struct bytes *out)
{
	bytes_puts(out, forms[format]->record_open);
	encode_record_text(format, r, cache, out);
	bytes_puts(out, forms[format]->record_close);
}

/* ---- values and replies ---- */

void
encode_value(enum rpc_format format, const struct type *type, const void *mem,
    struct bytes *out)
{
	forms[format]->value(out, type, mem);
}

enum stage { STAGE_HEAD, STAGE_ELEMENTS, STAGE_TAIL, STAGE_END };

void
encoder_init(struct encoder *e, const struct rpc_call *rc, const char *json_id,
    bool json2)
{
	*e = (struct encoder){
		.format = rc->format,
		.rc = rc,
		.json_id = json_id ? json_id : "null",
		.json2 = json2,
		.stage = STAGE_HEAD,
	};
}

/* All that comes before the elements; of most replies, all but the tail. */
static int
run_head(struct encoder *e, struct bytes *out)
{
	const struct encode_form *form = forms[e->format];
	const struct rpc_call *rc = e->rc;

	if (rc->error) {
		form->error(out, e);
		return STAGE_END;
	}
	form->head(out, e);
	if (encode_in_pieces(rc->type)) {
		form->open(out, rc->type);
		return STAGE_ELEMENTS;
	}
	form->value(out, rc->type, rc->result);
	return STAGE_TAIL;
}

static int
run_elements(struct encoder *e, struct bytes *out, size_t start, size_t want)
{
	const struct encode_form *form = forms[e->format];
	const struct rpc_call *rc = e->rc;
	uint32_t n = encode_count(rc->type, rc->result);

	while (e->next < n) {
		if (out->len - start >= want)
			return STAGE_ELEMENTS;
		form->element(out, rc->type, rc->result, e->next++);
	}
	form->close(out, rc->type, rc->result);
	return STAGE_TAIL;
}

bool
encoder_run(struct encoder *e, struct bytes *out, size_t want)
{
	size_t start = out->len;

	if (e->stage == STAGE_HEAD)
		e->stage = run_head(e, out);
	if (e->stage == STAGE_ELEMENTS && !out->failed)
		e->stage = run_elements(e, out, start, want ? want : 1);
	if (e->stage == STAGE_TAIL) {
		forms[e->format]->tail(out, e);
		e->stage = STAGE_END;
	}
	return e->stage == STAGE_END || out->failed;
}
