/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "lib/fault.h"
#include "rpc/encode.h"
#include "tests/lib/sample.h"
#include "tests/lib/unit.h"

#define EMPTY_REF "OpaqueRef:NULL"
#define REF "OpaqueRef:01234567-89ab-4def-8123-456789abcdef"

static const struct ref ref_1 = { 0x0123456789ab4def, 0x8123456789abcdef };

/* Shows where they part. */
static void
check_bytes(struct bytes *got, const char *expected)
{
	const char *s = bytes_cstr(got);
	size_t i = 0;

	if (!s)
		s = "no memory";
	while (s[i] && s[i] == expected[i])
		i++;
	if (s[i] != expected[i])
		printf("# at %zu: %.200s\n# not: %.200s\n", i, s + i,
		    expected + i);
	CU_ASSERT_EQUAL(s[i], expected[i]);
}

static void
check_value(const struct type *type, const void *mem, const char *xml,
    const char *json)
{
	CLEANUP_BYTES struct bytes x = { 0 }, j = { 0 };

	encode_value(RPC_XML, type, mem, &x);
	check_bytes(&x, xml);
	encode_value(RPC_JSON, type, mem, &j);
	check_bytes(&j, json);
}

/* ---- values ---- */

static void
test_strings(void)
{
	const char *s = "a<b>&\"c\"\\\n";

	check_value(&type_string, &s,
	    "<value>a&lt;b&gt;&amp;&quot;c&quot;\\\n</value>",
	    "\"a<b>&\\\"c\\\"\\\\\\u000a\"");
	check_value(&type_secret, &s,
	    "<value>a&lt;b&gt;&amp;&quot;c&quot;\\\n</value>",
	    "\"a<b>&\\\"c\\\"\\\\\\u000a\"");
	s = "";
	check_value(&type_string, &s, "<value></value>", "\"\"");
	check_value(&type_void, NULL, "<value></value>", "\"\"");
}

static void
test_ints(void)
{
	static const struct {
		int64_t i;
		const char *xml, *json;
	} rows[] = {
		{ 0, "<value>0</value>", "0" },
		{ -1, "<value>-1</value>", "-1" },
		{ INT64_MAX, "<value>9223372036854775807</value>",
		    "9223372036854775807" },
		{ INT64_MIN, "<value>-9223372036854775808</value>",
		    "-9223372036854775808" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++)
		check_value(&type_int, &rows[i].i, rows[i].xml, rows[i].json);
}

static void
test_floats(void)
{
	static const struct {
		double d;
		const char *text, *json;
	} rows[] = {
		{ 0, "0", "0.0" },
		{ 1, "1", "1.0" },
		{ -3, "-3", "-3.0" },
		{ -0.0, "-0", "-0.0" },
		{ 0.5, "0.5", "0.5" },
		{ 0.1, "0.1", "0.1" },
		{ 123456789012345, "123456789012345", "123456789012345.0" },
		{ 1e15, "1000000000000000", "1000000000000000.0" },
		{ 1e16, "1e+16", "1e+16" },
		{ 1e300, "1e+300", "1e+300" },
		{ 2.5e-7, "2.5e-07", "2.5e-07" },
		{ 1.0 / 3, "0.3333333333333333", "0.3333333333333333" },
		{ 0.1 + 0.2, "0.30000000000000004", "0.30000000000000004" },
		{ NAN, "0", "0.0" },
		{ INFINITY, "0", "0.0" },
		{ -INFINITY, "0", "0.0" },
	};

	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char xml[80];

		snprintf(xml, sizeof(xml), "<value><double>%s</double></value>",
		    rows[i].text);
		check_value(&type_float, &rows[i].d, xml, rows[i].json);
	}
}

static void
test_small_types(void)
{
	bool yes = true, no = false;
	int64_t date = 1787277623;
	int state = VM_POWER_STATE_SUSPENDED;

	check_value(&type_bool, &yes, "<value><boolean>1</boolean></value>",
	    "true");
	check_value(&type_bool, &no, "<value><boolean>0</boolean></value>",
	    "false");
	check_value(&type_datetime, &date,
	    "<value><dateTime.iso8601>20260821T02:00:23Z"
	    "</dateTime.iso8601></value>",
	    "\"20260821T02:00:23Z\"");
	date = 0;
	check_value(&type_datetime, &date,
	    "<value><dateTime.iso8601>19700101T00:00:00Z"
	    "</dateTime.iso8601></value>",
	    "\"19700101T00:00:00Z\"");
	check_value(&type_enum_vm_power_state, &state,
	    "<value>Suspended</value>", "\"Suspended\"");
}

static void
test_refs(void)
{
	struct ref r = ref_1;

	check_value(&type_ref_VM, &r, "<value>" REF "</value>", "\"" REF "\"");
	r = REF_NULL;
	check_value(&type_ref_VM, &r, "<value>" EMPTY_REF "</value>",
	    "\"" EMPTY_REF "\"");
	r = ref_foreign("not a <ref> \"");
	check_value(&type_ref_VM, &r, "<value>not a &lt;ref&gt; &quot;</value>",
	    "\"not a <ref> \\\"\"");
	r = ref_foreign("");
	check_value(&type_ref_VM, &r, "<value></value>", "\"\"");
}

static void
test_sets(void)
{
	const char *texts[] = { "a", "", "<" };
	struct set inner = { texts, 2 }, set = { texts, 3 };
	struct set sets[] = { inner, { NULL, 0 } }, outer = { sets, 2 };
	struct set empty = { NULL, 0 }, refs = { &ref_1, 1 };

	check_value(&type_set_string, &set,
	    "<value><array><data><value>a</value><value></value>"
	    "<value>&lt;</value></data></array></value>",
	    "[\"a\",\"\",\"<\"]");
	check_value(&type_set_string, &empty,
	    "<value><array><data></data></array></value>", "[]");
	check_value(&type_set_set_string, &outer,
	    "<value><array><data><value><array><data><value>a</value>"
	    "<value></value></data></array></value><value><array><data>"
	    "</data></array></value></data></array></value>",
	    "[[\"a\",\"\"],[]]");
	check_value(&type_set_ref_VM, &refs,
	    "<value><array><data><value>" REF "</value></data></array></value>",
	    "[\"" REF "\"]");
}

static void
test_maps(void)
{
	const char *keys[] = { "k", "<\"" }, *values[] = { "v", "" };
	int64_t ints[] = { -5, 7 };
	double floats[] = { 0.25, 1 };
	int ops[] = { VM_OPERATIONS_START, VM_OPERATIONS_COPY };
	struct map strings = { keys, values, 2 }, empty = { 0 };
	struct map numbers = { ints, floats, 2 }, enums = { ops, values, 2 };
	struct map refs = { &ref_1, values, 1 };

	check_value(&type_map_string_string, &strings,
	    "<value><struct><member><name>k</name><value>v</value></member>"
	    "<member><name>&lt;&quot;</name><value></value></member>"
	    "</struct></value>",
	    "{\"k\":\"v\",\"<\\\"\":\"\"}");
	check_value(&type_map_string_string, &empty,
	    "<value><struct></struct></value>", "{}");
	check_value(&type_map_int_float, &numbers,
	    "<value><struct><member><name>-5</name><value><double>0.25"
	    "</double></value></member><member><name>7</name><value><double>1"
	    "</double></value></member></struct></value>",
	    "{\"-5\":0.25,\"7\":1.0}");
	check_value(&type_map_enum_vm_operations_string, &enums,
	    "<value><struct><member><name>start</name><value>v</value>"
	    "</member><member><name>copy</name><value></value></member>"
	    "</struct></value>",
	    "{\"start\":\"v\",\"copy\":\"\"}");
	check_value(&type_map_ref_VM_string, &refs,
	    "<value><struct><member><name>" REF "</name><value>v</value>"
	    "</member></struct></value>",
	    "{\"" REF "\":\"v\"}");
}

/* ---- records ---- */

static const char secret_json[] =
    "{\"uuid\":\"u\",\"value\":\"a&b\",\"other_config\":{\"k\":\"v\"}}";
static const char secret_xml[] =
    "<value><struct><member><name>uuid</name><value>u</value></member>"
    "<member><name>value</name><value>a&amp;b</value></member>"
    "<member><name>other_config</name><value><struct><member><name>k</name>"
    "<value>v</value></member></struct></value></member></struct></value>";

static struct record *
new_secret(struct arena *a)
{
	return sample_record(a, &class_table[CLASS_secret], secret_json);
}

static void
test_records(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	const struct record *r = new_secret(a), *none = NULL;
	CLEANUP_BYTES struct bytes x = { 0 }, j = { 0 };

	encode_record(RPC_XML, r, false, &x);
	check_bytes(&x, secret_xml);
	encode_record(RPC_JSON, r, false, &j);
	check_bytes(&j, secret_json);
	check_value(&type_record_secret, &r, secret_xml, secret_json);
	check_value(&type_record_any, &r, secret_xml, secret_json);
	check_value(&type_record_any, &none, "<value><struct></struct></value>",
	    "{}");
}

static void
test_options(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	const struct class_info *cls = &class_table[CLASS_sr_stat];
	const struct record *r =
	    sample_record(a, cls, "{\"health\":\"healthy\"}");
	CLEANUP_BYTES struct bytes x = { 0 };

	check_value(&type_record_sr_stat, &r,
	    "<value><struct>"
	    "<member><name>name_label</name><value></value></member>"
	    "<member><name>name_description</name><value></value></member>"
	    "<member><name>free_space</name><value>0</value></member>"
	    "<member><name>total_space</name><value>0</value></member>"
	    "<member><name>clustered</name><value><boolean>0</boolean></value>"
	    "</member><member><name>health</name><value>healthy</value>"
	    "</member></struct></value>",
	    "{\"name_label\":\"\",\"name_description\":\"\",\"free_space\":0,"
	    "\"total_space\":0,\"clustered\":false,\"health\":\"healthy\"}");
	r = sample_record(a, cls, "{\"uuid\":\"x\"}");
	encode_record(RPC_XML, r, false, &x);
	CU_ASSERT_PTR_NOT_NULL(strstr(bytes_cstr(&x),
	    "<value><struct><member><name>uuid</name><value>x</value>"
	    "</member><member>"));
}

static void
test_nested_records(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct record *probe =
	    sample_record(a, &class_table[CLASS_probe_result], "{}");
	const struct record *stat =
	    sample_record(a, &class_table[CLASS_sr_stat], "{\"uuid\":\"x\"}");
	CLEANUP_BYTES struct bytes without = { 0 }, with = { 0 };

	encode_record(RPC_JSON, probe, false, &without);
	check_bytes(&without,
	    "{\"configuration\":{},\"complete\":false,\"extra_info\":{}}");
	((struct probe_result *)probe)->sr = &stat;
	encode_record(RPC_JSON, probe, false, &with);
	CU_ASSERT_PTR_NOT_NULL(strstr(bytes_cstr(&with),
	    "\"complete\":false,\"sr\":{\"uuid\":\"x\",\"name_label\""));
}

static size_t
count_wire_fields(const struct record *r)
{
	size_t n = 0;

	for (unsigned i = 0; i < r->cls->nfields; i++) {
		const struct field *f = &r->cls->fields[i];
		enum type_kind kind = f->type->kind;

		n += !f->internal && kind != TYPE_OPTION && kind != TYPE_RECORD;
	}
	return n;
}

static size_t
count_xml_members(const struct bytes *text)
{
	xmlDocPtr doc = xmlReadMemory(text->p, (int)text->len, NULL, NULL,
	    XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);
	xmlNodePtr root = doc ? xmlDocGetRootElement(doc) : NULL;
	size_t n = root ? xmlChildElementCount(root->children) : 0;

	xmlFreeDoc(doc);
	return n;
}

static size_t
count_json_members(const struct bytes *text)
{
	json_t *root =
	    json_loadb(text->p, text->len, JSON_REJECT_DUPLICATES, NULL);
	size_t n = json_object_size(root);

	json_decref(root);
	return n;
}

static void
test_every_class(void)
{
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		CLEANUP_BYTES struct bytes x = { 0 }, j = { 0 };
		const struct record *r =
		    sample_record(a, &class_table[i], "{}");

		encode_record(RPC_XML, r, false, &x);
		CU_ASSERT_EQUAL(count_xml_members(&x), count_wire_fields(r));
		encode_record(RPC_JSON, r, false, &j);
		CU_ASSERT_EQUAL(count_json_members(&j), count_wire_fields(r));
	}
}

static void
test_internal_fields(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP_BYTES struct bytes x = { 0 }, j = { 0 };
	const struct class_info *cls = &class_table[CLASS_task];
	const struct record *r = sample_record(a, cls, "{}");

	CU_ASSERT(field_find(cls, "session")->internal);
	encode_record(RPC_XML, r, false, &x);
	encode_record(RPC_JSON, r, false, &j);
	CU_ASSERT_PTR_NULL(strstr(bytes_cstr(&x), "session"));
	CU_ASSERT_PTR_NULL(strstr(bytes_cstr(&j), "session"));
	CU_ASSERT_PTR_NOT_NULL(strstr(j.p, "\"subtask_of\""));
}

/* ---- kept texts ---- */

/* Nothing else may change a record; here it shows where the text is from. */
static void
change(struct record *r)
{
	((struct secret *)r)->value = "changed";
}

static void
test_cache(void)
{
	for (enum rpc_format f = RPC_XML; f <= RPC_JSON; f++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		CLEANUP_BYTES struct bytes first = { 0 }, again = { 0 };
		struct record *r = new_secret(a);

		encode_record(f, r, false, &first);
		CU_ASSERT_PTR_NULL(atomic_load(&r->encoded[f]));
		encode_record(f, r, true, &again);
		CU_ASSERT_PTR_NOT_NULL(atomic_load(&r->encoded[f]));
		CU_ASSERT_PTR_NULL(atomic_load(&r->encoded[!f]));
		check_bytes(&again, bytes_cstr(&first));
		change(r);
		again.len = 0;
		encode_record(f, r, false, &again);
		check_bytes(&again, first.p);
		sample_forget(r);
		again.len = 0;
		encode_record(f, r, false, &again);
		CU_ASSERT_PTR_NOT_NULL(strstr(bytes_cstr(&again), "changed"));
	}
}

static void *
encode_often(void *arg)
{
	CLEANUP_BYTES struct bytes out = { 0 };

	for (int i = 0; i < 200; i++) {
		out.len = 0;
		encode_record(RPC_XML, arg, true, &out);
		if (strcmp(bytes_cstr(&out), secret_xml) != 0)
			return arg;
	}
	return NULL;
}

static void
test_cache_threads(void)
{
	for (int round = 0; round < 20; round++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		struct record *r = new_secret(a);
		pthread_t threads[4];
		void *wrong;

		for (int i = 0; i < 4; i++)
			CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL,
						  encode_often, r),
			    0);
		for (int i = 0; i < 4; i++) {
			pthread_join(threads[i], &wrong);
			CU_ASSERT_PTR_NULL(wrong);
		}
		sample_forget(r);
	}
}

/* ---- replies ---- */

#define XML_HEAD "<?xml version=\"1.0\"?><methodResponse><params><param>"
#define XML_TAIL "</param></params></methodResponse>"
#define XML_SUCCESS                                                            \
	XML_HEAD "<value><struct><member><name>Status</name><value>Success"    \
		 "</value></member><member><name>Value</name>"
#define XML_END "</member></struct></value>" XML_TAIL

static void
run(const struct rpc_call *rc, bool json2, size_t want, struct bytes *out)
{
	struct encoder e;

	encoder_init(&e, rc, rc->format == RPC_JSON ? "17" : NULL, json2);
	while (!encoder_run(&e, out, want))
		;
}

static void
check_reply(struct rpc_call *rc, const char *xml, const char *json1,
    const char *json2)
{
	CLEANUP_BYTES struct bytes x = { 0 }, j1 = { 0 }, j2 = { 0 };

	rc->format = RPC_XML;
	run(rc, false, 1 << 20, &x);
	check_bytes(&x, xml);
	rc->format = RPC_JSON;
	run(rc, false, 1 << 20, &j1);
	check_bytes(&j1, json1);
	run(rc, true, 1 << 20, &j2);
	check_bytes(&j2, json2);
}

static void
test_success(void)
{
	const char *s = "<web>";
	struct rpc_call rc = { .type = &type_string, .result = &s };

	check_reply(&rc, XML_SUCCESS "<value>&lt;web&gt;</value>" XML_END,
	    "{\"result\":\"<web>\",\"error\":null,\"id\":17}",
	    "{\"jsonrpc\":\"2.0\",\"result\":\"<web>\",\"id\":17}");
	rc.type = &type_void;
	rc.result = NULL;
	check_reply(&rc, XML_SUCCESS "<value></value>" XML_END,
	    "{\"result\":\"\",\"error\":null,\"id\":17}",
	    "{\"jsonrpc\":\"2.0\",\"result\":\"\",\"id\":17}");
}

static void
test_failure(void)
{
	static const char *const error[] = { "HANDLE_INVALID", "VM", "<x>" };
	static const char *const fault[] = { "Fault",
		"No async mode for this operation (rpc: VM.get_all)" };
	struct rpc_call rc = { .error = error, .nerror = 3 };

#define XML_FAILURE                                                            \
	XML_HEAD "<value><struct><member><name>Status</name><value>Failure"    \
		 "</value></member><member><name>ErrorDescription</name>"      \
		 "<value><array><data>"
#define XML_FAILURE_END                                                        \
	"</data></array></value></member></struct></value>" XML_TAIL
	check_reply(&rc,
	    XML_FAILURE "<value>HANDLE_INVALID</value><value>VM</value>"
			"<value>&lt;x&gt;</value>" XML_FAILURE_END,
	    "{\"result\":null,\"error\":[\"HANDLE_INVALID\",\"VM\",\"<x>\"],"
	    "\"id\":17}",
	    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":"
	    "\"HANDLE_INVALID\",\"data\":[\"VM\",\"<x>\"]},\"id\":17}");
	rc.nerror = 1;
	check_reply(&rc,
	    XML_FAILURE "<value>HANDLE_INVALID</value>" XML_FAILURE_END,
	    "{\"result\":null,\"error\":[\"HANDLE_INVALID\"],\"id\":17}",
	    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":"
	    "\"HANDLE_INVALID\",\"data\":[]},\"id\":17}");
	rc.error = fault;
	rc.nerror = 2;
	rc.fault = true;
	check_reply(&rc,
	    XML_FAILURE "<value>Fault</value><value>No async mode for this "
			"operation (rpc: VM.get_all)</value>" XML_FAILURE_END,
	    "{\"result\":null,\"error\":[\"Fault\",\"No async mode for this "
	    "operation (rpc: VM.get_all)\"],\"id\":17}",
	    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":1,\"message\":\"Fault\","
	    "\"data\":[\"No async mode for this operation (rpc: VM.get_all)\""
	    "]},\"id\":17}");
}

static void
test_bare(void)
{
	const char *names[] = { "VM.start", "VM.stop" };
	struct set set = { names, 2 };
	struct rpc_call rc = {
		.type = &type_set_string,
		.result = &set,
		.bare = true,
	};

	check_reply(&rc,
	    XML_HEAD "<value><array><data><value>VM.start</value>"
		     "<value>VM.stop</value></data></array></value>" XML_TAIL,
	    "{\"result\":[\"VM.start\",\"VM.stop\"],\"error\":null,\"id\":17}",
	    "{\"jsonrpc\":\"2.0\",\"result\":[\"VM.start\",\"VM.stop\"],"
	    "\"id\":17}");
}

static void
test_no_id(void)
{
	bool yes = true;
	struct rpc_call rc = {
		.format = RPC_JSON,
		.type = &type_bool,
		.result = &yes,
	};
	CLEANUP_BYTES struct bytes out = { 0 };
	struct encoder e;

	encoder_init(&e, &rc, NULL, true);
	CU_ASSERT(encoder_run(&e, &out, 1));
	check_bytes(&out, "{\"jsonrpc\":\"2.0\",\"result\":true,\"id\":null}");
}

/* ---- events ---- */

#define TOKEN "00000000000000114438,00000000000000000000"

struct events {
	uint64_t counts[CLASS_COUNT];
	struct event_item items[3];
	struct event_batch batch;
};

/* A change, a deletion and an addition. */
static void
make_events(struct arena *a, struct events *ev)
{
	*ev = (struct events){
		.items = {
			{ .id = 114432, .timestamp = 5, .cls = CLASS_secret,
			    .op = EVENT_MOD, .ref = ref_1,
			    .snapshot = new_secret(a) },
			{ .id = 114438, .cls = CLASS_VM_metrics,
			    .op = EVENT_DEL, .ref = ref_1 },
			{ .id = 9, .cls = CLASS_secret, .op = EVENT_ADD,
			    .snapshot = new_secret(a) },
		},
		.batch = { .n = 3, .token = 114438 },
	};
	ev->counts[CLASS_VM] = 1010;
	ev->counts[CLASS_task] = 5;
	ev->batch.events = ev->items;
	ev->batch.valid_ref_counts = ev->counts;
}

static void
forget_events(struct events *ev)
{
	sample_forget((struct record *)ev->items[0].snapshot);
	sample_forget((struct record *)ev->items[2].snapshot);
}

/* All but those that only this toolstack keeps. */
static bool
is_counted(const struct class_info *cls)
{
	return !cls->own && !cls->hidden;
}

static void
test_events_xml(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP_BYTES struct bytes want = { 0 }, got = { 0 };
	struct events ev;

#define X_EVENT(id, cls, op, ref)                                              \
	"<value><struct><member><name>id</name><value>" id                     \
	"</value></member><member><name>timestamp</name><value>0.0</value>"    \
	"</member><member><name>class</name><value>" cls                       \
	"</value></member><member><name>operation</name><value>" op            \
	"</value></member><member><name>ref</name><value>" ref                 \
	"</value></member>"
	make_events(a, &ev);
	bytes_puts(&want,
	    "<value><struct><member><name>events</name><value><array><data>");
	bytes_printf(&want,
	    X_EVENT("114432", "secret", "mod",
		REF) "<member><name>snapshot"
		     "</name>%s</member></struct></value>",
	    secret_xml);
	bytes_puts(&want,
	    X_EVENT("114438", "vm_metrics", "del", REF) "</struct></value>");
	bytes_printf(&want,
	    X_EVENT("9", "secret", "add",
		EMPTY_REF) "<member><name>snapshot"
			   "</name>%s</member></struct></value>",
	    secret_xml);
	bytes_puts(&want,
	    "</data></array></value></member><member><name>"
	    "valid_ref_counts</name><value><struct>");
	for (int i = 0; i < CLASS_COUNT; i++) {
		if (is_counted(&class_table[i]))
			bytes_printf(&want,
			    "<member><name>%s</name><value><i4>%d</i4></value>"
			    "</member>",
			    class_table[i].lower, (int)ev.counts[i]);
	}
	bytes_puts(&want,
	    "</struct></value></member><member><name>token"
	    "</name><value>" TOKEN "</value></member></struct></value>");
	encode_value(RPC_XML, &type_event_batch, &ev.batch, &got);
	check_bytes(&got, bytes_cstr(&want));
	forget_events(&ev);
}

static void
test_events_json(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP_BYTES struct bytes want = { 0 }, got = { 0 };
	const char *comma = "";
	struct events ev;

#define J_EVENT(id, cls, op, ref)                                              \
	"{\"id\":\"" id "\",\"timestamp\":\"0.0\",\"class\":\"" cls            \
	"\",\"operation\":\"" op "\",\"ref\":\"" ref "\""
	make_events(a, &ev);
	bytes_printf(&want,
	    "{\"events\":[" J_EVENT("114432", "secret", "mod",
		REF) ",\"snapshot\":%s}",
	    secret_json);
	bytes_puts(&want, "," J_EVENT("114438", "vm_metrics", "del", REF) "}");
	bytes_printf(&want,
	    "," J_EVENT("9", "secret", "add", EMPTY_REF) ",\"snapshot\":%s}",
	    secret_json);
	bytes_puts(&want, "],\"valid_ref_counts\":{");
	for (int i = 0; i < CLASS_COUNT; i++) {
		if (!is_counted(&class_table[i]))
			continue;
		bytes_printf(&want, "%s\"%s\":%d", comma, class_table[i].lower,
		    (int)ev.counts[i]);
		comma = ",";
	}
	bytes_puts(&want, "},\"token\":\"" TOKEN "\"}");
	encode_value(RPC_JSON, &type_event_batch, &ev.batch, &got);
	check_bytes(&got, bytes_cstr(&want));
	CU_ASSERT_PTR_NOT_NULL(strstr(got.p, "\"task\":5"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got.p, "\"vm\":1010"));
	CU_ASSERT_PTR_NOT_NULL(strstr(got.p, "\"host\":0"));
	forget_events(&ev);
}

static void
test_event_cache(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct record *r = new_secret(a);
	uint64_t counts[CLASS_COUNT] = { 0 };
	struct event_item items[1000];
	struct event_batch batch = { items, 1000, counts, 1 };
	CLEANUP_BYTES struct bytes out = { 0 };

	for (size_t i = 0; i < UNIT_COUNT(items); i++)
		items[i] = (struct event_item){
			.id = i,
			.cls = CLASS_secret,
			.op = EVENT_ADD,
			.snapshot = r,
		};
	encode_value(RPC_XML, &type_event_batch, &batch, &out);
	CU_ASSERT_PTR_NULL(atomic_load(&r->encoded[RPC_XML]));
	batch.n = 1;
	encode_value(RPC_XML, &type_event_batch, &batch, &out);
	CU_ASSERT_PTR_NOT_NULL(atomic_load(&r->encoded[RPC_XML]));
	sample_forget(r);
}

/* ---- in pieces ---- */

/* The same bytes, whatever is wanted at a time, and never more than wanted
 * and one element. */
static void
check_pieces(struct rpc_call *rc, size_t element)
{
	static const size_t wants[] = { 0, 1, 7, 100, 1000, 64 * 1024 };

	for (int form = 0; form < 3; form++) {
		CLEANUP_BYTES struct bytes whole = { 0 };

		rc->format = form ? RPC_JSON : RPC_XML;
		run(rc, form == 2, SIZE_MAX / 2, &whole);
		for (size_t i = 0; i < UNIT_COUNT(wants); i++) {
			CLEANUP_BYTES struct bytes out = { 0 };
			size_t len = 0, steps = 0;
			struct encoder e;

			encoder_init(&e, rc, "17", form == 2);
			while (!encoder_run(&e, &out, wants[i])) {
				CU_ASSERT(out.len - len >= wants[i]);
				CU_ASSERT(out.len - len <= wants[i] + element);
				len = out.len;
				if (steps++ > 100000)
					break;
			}
			check_bytes(&out, bytes_cstr(&whole));
		}
	}
}

static void
test_pieces(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct ref refs[20];
	const struct record *vms[20];
	const char *names[50];
	struct map map = { refs, vms, 20 }, none = { 0 };
	struct set set = { names, 50 };
	struct rpc_call rc = {
		.type = &type_map_ref_VM_record_VM,
		.result = &map,
	};
	struct events ev;

	for (unsigned i = 0; i < 20; i++) {
		vms[i] = sample_vm(a, i);
		refs[i] = vms[i]->self;
	}
	check_pieces(&rc, 16 * 1024);
	rc.result = &none;
	check_pieces(&rc, 1024);
	for (unsigned i = 0; i < 50; i++)
		names[i] = arena_printf(a, "name<%u>", i);
	rc.type = &type_set_string;
	rc.result = &set;
	check_pieces(&rc, 256);
	rc.bare = true;
	check_pieces(&rc, 256);
	rc.bare = false;
	rc.type = &type_string;
	rc.result = names;
	check_pieces(&rc, 512);
	make_events(a, &ev);
	rc.type = &type_event_batch;
	rc.result = &ev.batch;
	check_pieces(&rc, 16 * 1024);
	forget_events(&ev);
}

/* ---- no memory ---- */

/* Lets each allocation fail in turn, until none is left to fail. */
static void
test_no_memory(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	const struct record *vms[] = { sample_vm(a, 1), sample_vm(a, 2) };
	struct ref refs[] = { vms[0]->self, vms[1]->self };
	struct map map = { refs, vms, 2 };
	struct rpc_call rc = {
		.type = &type_map_ref_VM_record_VM,
		.result = &map,
	};

	for (enum rpc_format f = RPC_XML; f <= RPC_JSON; f++) {
		bool failed = true;

		rc.format = f;
		for (long n = 0; failed; n++) {
			CLEANUP_BYTES struct bytes out = { 0 };

			fault_arm(FAULT_ALLOC, n, ENOMEM, true);
			run(&rc, true, 100, &out);
			fault_disarm();
			failed = out.failed;
			CU_ASSERT_FATAL(n < 100);
			CU_ASSERT(n > 0 || failed);
		}
	}
}

/* No memory for the cache does not harm the answer. */
static void
test_no_memory_cache(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct record *r = new_secret(a);
	CLEANUP_BYTES struct bytes out = { 0 };

	bytes_reserve(&out, 8192);
	fault_arm(FAULT_ALLOC, 0, ENOMEM, true);
	encode_record(RPC_XML, r, true, &out);
	fault_disarm();
	check_bytes(&out, secret_xml);
	CU_ASSERT_PTR_NULL(atomic_load(&r->encoded[RPC_XML]));
}

UNIT_MAIN("encode",
    { "strings are escaped, nothing is an empty string", test_strings },
    { "ints are text in XML and numbers in JSON", test_ints },
    { "floats read back the same and have a point in JSON", test_floats },
    { "bools, dates and enums", test_small_types },
    { "references: null, of an object, foreign", test_refs },
    { "sets, empty and nested", test_sets },
    { "maps have text as keys, whatever the type", test_maps },
    { "a record has its fields in order", test_records },
    { "an option without a value is left out", test_options },
    { "a record inside a record", test_nested_records },
    { "every class makes well-formed XML and JSON", test_every_class },
    { "internal fields never appear", test_internal_fields },
    { "a record's text is kept when asked, and used", test_cache },
    { "threads that keep the same text agree", test_cache_threads },
    { "a success has the form of its protocol", test_success },
    { "a failure and a fault have the form of their protocol", test_failure },
    { "a bare result has no status", test_bare },
    { "without an id it is null", test_no_id },
    { "events in XML", test_events_xml },
    { "events in JSON", test_events_json },
    { "snapshots are kept for changes, not for whole downloads",
	test_event_cache },
    { "pieces make the same bytes as the whole, each bounded", test_pieces },
    { "no memory, wherever it happens, ends the encoding", test_no_memory },
    { "no memory to keep a text is no failure", test_no_memory_cache })
