/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the codecs cost: processor time of this thread, the best of some
 * rounds, since the machine may be busy. Copying the same bytes is the floor
 * under writing them. */
#include <stdio.h>
#include <time.h>

#include "rpc/decode.h"
#include "rpc/encode.h"
#include "tests/lib/sample.h"

#define VMS 1000
#define ROUNDS 15
#define CHUNK (64 * 1024) /* as replies are sent */

static int64_t
cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

typedef size_t work_fn(void *arg); /* answers the bytes it made or read */

/* The best time of one run of fn, in nanoseconds. */
static int64_t
measure(work_fn *fn, void *arg, size_t *bytes_r)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < ROUNDS; i++) {
		int64_t start = cpu_ns(), took;

		*bytes_r = fn(arg);
		took = cpu_ns() - start;
		best = took < best ? took : best;
	}
	return best;
}

static void
report(const char *what, work_fn *fn, void *arg, unsigned n)
{
	size_t bytes;
	int64_t ns = measure(fn, arg, &bytes);

	printf("%-34s %8.0f ns each  %6.2f ms per %u  %6.0f MB/s\n", what,
	    (double)ns / n, (double)ns / 1e6, n,
	    (double)bytes * 1e3 / (double)ns);
}

/* ---- writing ---- */

struct reply {
	struct rpc_call rc;
	struct bytes out;
};

/* A whole reply, piece by piece into the same memory. */
static size_t
write_reply(void *arg)
{
	struct reply *reply = arg;
	struct encoder e;
	size_t total = 0;
	bool done;

	encoder_init(&e, &reply->rc, "1", true);
	do {
		reply->out.len = 0;
		done = encoder_run(&e, &reply->out, CHUNK);
		total += reply->out.len;
	} while (!done);
	return total;
}

struct copy {
	struct bytes from;
	char to[CHUNK];
};

static size_t
copy_bytes(void *arg)
{
	struct copy *copy = arg;
	size_t len = copy->from.len;

	for (size_t i = 0; i < len; i += CHUNK) {
		size_t n = len - i < CHUNK ? len - i : CHUNK;

		memcpy(copy->to, copy->from.p + i, n);
		__asm__ volatile("" : : "r"(copy->to) : "memory");
	}
	return len;
}

static void
bench_copy(const char *what, const struct rpc_call *rc)
{
	CLEANUP_FREE struct copy *copy = calloc(1, sizeof(*copy));
	struct encoder e;

	if (!copy)
		abort();
	encoder_init(&e, rc, "1", true);
	encoder_run(&e, &copy->from, SIZE_MAX / 2);
	report(what, copy_bytes, copy, VMS);
	bytes_free(&copy->from);
}

static void
bench_format(enum rpc_format format, const struct map *vms,
    const char *const what[3])
{
	CLEANUP_BYTES struct bytes scratch = { 0 };
	struct record *const *records = vms->values;
	struct reply reply = {
		.rc = {
			.format = format,
			.type = &type_map_ref_VM_record_VM,
			.result = vms,
		},
	};

	report(what[0], write_reply, &reply, VMS);
	bench_copy(what[1], &reply.rc);
	for (uint32_t i = 0; i < vms->n; i++) {
		scratch.len = 0;
		encode_record(format, records[i], true, &scratch);
	}
	report(what[2], write_reply, &reply, VMS);
	for (uint32_t i = 0; i < vms->n; i++)
		sample_forget(records[i]);
	bytes_free(&reply.out);
}

static void
bench_writing(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct ref *refs = arena_array(a, VMS, sizeof(*refs));
	struct record **vms = arena_array(a, VMS, sizeof(struct record *));
	struct map map = { refs, vms, VMS };

	for (unsigned i = 0; i < VMS; i++) {
		vms[i] = sample_vm(a, i);
		refs[i] = vms[i]->self;
	}
	bench_format(RPC_XML, &map,
	    (const char *const[]){ "XML  VM.get_all_records",
		"XML  memcpy of the same bytes",
		"XML  records with kept texts" });
	bench_format(RPC_JSON, &map,
	    (const char *const[]){ "JSON VM.get_all_records",
		"JSON memcpy of the same bytes",
		"JSON records with kept texts" });
}

/* ---- small calls ---- */

#define SESSION "OpaqueRef:0d5e3f5c-7a1b-4a4e-9c1b-000000000001"
#define VM "OpaqueRef:ff5ed280-2c28-403d-be3b-000000000001"
#define GETTERS 2000

static const char getter_xml[] =
    "<?xml version='1.0'?>\n<methodCall>\n"
    "<methodName>VM.get_name_label</methodName>\n<params>\n"
    "<param>\n<value><string>" SESSION "</string></value>\n</param>\n"
    "<param>\n<value><string>" VM "</string></value>\n</param>\n"
    "</params>\n</methodCall>\n";
static const char getter_json[] =
    "{\"jsonrpc\":\"2.0\",\"method\":\"VM.get_name_label\",\"params\":"
    "[\"" SESSION "\",\"" VM "\"],\"id\":17}";

static size_t
read_xml(void *arg)
{
	const size_t len = sizeof(getter_xml) - 1;
	struct arena *a = arg;
	struct decoded_call call;

	for (int i = 0; i < GETTERS; i++) {
		arena_reset(a);
		if (xmlrpc_decode(a, getter_xml, len, NULL, &call) != DECODE_OK)
			abort();
	}
	return GETTERS * len;
}

static size_t
read_json(void *arg)
{
	const size_t len = sizeof(getter_json) - 1;
	struct arena *a = arg;
	struct decoded_call *calls;
	unsigned n;
	bool batch;
	int error;

	for (int i = 0; i < GETTERS; i++) {
		arena_reset(a);
		if (jsonrpc_decode(a, getter_json, len, NULL, &calls, &n,
			&batch, &error) != DECODE_OK)
			abort();
	}
	return GETTERS * len;
}

static size_t
write_getter(void *arg)
{
	size_t total = 0;

	for (int i = 0; i < GETTERS; i++)
		total += write_reply(arg);
	return total;
}

static void
bench_getters(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	const char *name = "guest-0001";
	struct reply reply = { .rc = { .type = &type_string } };

	reply.rc.result = &name;
	report("XML  VM.get_name_label, request", read_xml, a, GETTERS);
	report("JSON VM.get_name_label, request", read_json, a, GETTERS);
	reply.rc.format = RPC_XML;
	report("XML  VM.get_name_label, reply", write_getter, &reply, GETTERS);
	reply.rc.format = RPC_JSON;
	report("JSON VM.get_name_label, reply", write_getter, &reply, GETTERS);
	bytes_free(&reply.out);
}

int
main(void)
{
	bench_writing();
	bench_getters();
	return 0;
}
