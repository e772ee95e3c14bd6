/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "model/builder.h"
#include "model/model.h"
#include "tests/lib/unit.h"

#define UUID "0165f154-ba3e-034e-6b27-5d271af109ba"

static struct value
text(const char *s)
{
	return (struct value){ VALUE_STRING, (uint32_t)strlen(s), .s = s };
}

static struct value
number(int64_t i)
{
	return (struct value){ VALUE_INT, 0, .i = i };
}

/* ---- names ---- */

static void
test_find_methods(void)
{
	for (unsigned i = 0; i < method_count; i++) {
		const struct method *m = &method_table[i];

		CU_ASSERT_PTR_EQUAL(method_find(m->name, strlen(m->name)), m);
		CU_ASSERT_EQUAL(m->index, i);
		CU_ASSERT_TRUE(
		    i == 0 || strcmp(method_table[i - 1].name, m->name) < 0);
	}
	CU_ASSERT_PTR_NULL(method_find("VM.start", 7));
	CU_ASSERT_PTR_NULL(method_find("vm.start", 8));
	CU_ASSERT_PTR_NULL(method_find("", 0));
	CU_ASSERT_PTR_NULL(method_find("VM.start\0x", 10));
}

static void
test_find_names(void)
{
	const struct class_info *vm = class_find("VM");

	CU_ASSERT_PTR_EQUAL_FATAL(vm, &class_table[CLASS_VM]);
	CU_ASSERT_PTR_NULL(class_find("vm"));
	CU_ASSERT_PTR_EQUAL(class_find_nocase("vM", 2), vm);
	CU_ASSERT_PTR_EQUAL(class_find_nocase("vm/x", 2), vm);
	CU_ASSERT_PTR_NULL(class_find_nocase("v", 1));
	CU_ASSERT_EQUAL(field_find(vm, "name_label")->index,
	    FIELD_VM_name_label);
	CU_ASSERT_EQUAL(field_find_column(vm, "name__label")->index,
	    FIELD_VM_name_label);
	CU_ASSERT_PTR_NULL(field_find(vm, "name__label"));
	CU_ASSERT_STRING_EQUAL(error_find("HANDLE_INVALID")->params[0],
	    "class");
	CU_ASSERT_PTR_NULL(error_find("HANDLE"));
	CU_ASSERT_EQUAL(enum_find(&enum_info_vm_power_state, "Running"),
	    VM_POWER_STATE_RUNNING);
	CU_ASSERT_EQUAL(enum_find(&enum_info_vm_power_state, "running"), -1);
	CU_ASSERT_EQUAL(role_find("pool-admin"), 1);
	CU_ASSERT_EQUAL(role_find("read-only"), 0x40);
	CU_ASSERT_EQUAL(role_find("root"), 0);
}

/* ---- the tables agree with themselves ---- */

static void
check_relation(const struct class_info *cls, const struct field *f)
{
	const struct field *other;

	if (f->inverse_cls >= 0) {
		other = &class_table[f->inverse_cls].fields[f->inverse_field];
		CU_ASSERT_EQUAL(other->lists_cls, cls->id);
		CU_ASSERT_EQUAL(other->lists_field, f->index);
		CU_ASSERT_FALSE(f->persistent);
	}
	if (f->lists_cls >= 0) {
		other = &class_table[f->lists_cls].fields[f->lists_field];
		CU_ASSERT_EQUAL(other->inverse_cls, cls->id);
		CU_ASSERT_EQUAL(other->inverse_field, f->index);
	}
}

static void
test_tables(void)
{
	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		const struct class_info *cls = &class_table[c];

		CU_ASSERT_EQUAL(cls->id, c);
		for (unsigned i = 0; i < cls->nfields; i++) {
			const struct field *f = &cls->fields[i];

			CU_ASSERT_EQUAL(f->index, i);
			CU_ASSERT_TRUE(f->offset >= sizeof(struct record));
			CU_ASSERT_TRUE(f->offset + f->type->size <= cls->size);
			CU_ASSERT_EQUAL(f->xml_open_len, strlen(f->xml_open));
			CU_ASSERT_EQUAL(f->json_open_len, strlen(f->json_open));
			check_relation(cls, f);
		}
	}
}

/* ---- from the value tree ---- */

struct scalar_case {
	const struct type *type;
	struct value v;
	const char *text;  /* as model_to_json writes it */
	const char *error; /* instead */
};

static void
check_scalar(const struct scalar_case *t)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	CLEANUP_BYTES struct bytes out = { 0 };
	struct type_error err;
	union {
		int64_t i;
		struct map m;
		struct ref r;
	} mem;
	int rc = model_from_value(a, t->type, &t->v, &mem, &err);

	if (t->error) {
		CU_ASSERT_EQUAL(rc, -1);
		CU_ASSERT_STRING_EQUAL(err.text, t->error);
		return;
	}
	CU_ASSERT_EQUAL_FATAL(rc, 0);
	model_to_json(t->type, &mem, &out);
	CU_ASSERT_STRING_EQUAL(bytes_cstr(&out), t->text);
}

static void
test_scalars(void)
{
	const struct value yes = { VALUE_BOOL, 0, .b = true };
	const struct value half = { VALUE_DOUBLE, 0, .d = 0.5 };
	const struct value none = { VALUE_NIL, 0, .i = 0 };
	const struct value binary = { VALUE_BINARY, 2, .s = "ab" };
	const struct value nul = { VALUE_BINARY, 3, .s = "a\0b" };
	const struct value date = { VALUE_DATE, 18, .s = "20261122T08:26:13Z" };
	const struct scalar_case cases[] = {
		{ &type_string, text("a"), "a", NULL },
		{ &type_string, text(""), "", NULL },
		{ &type_string, binary, "ab", NULL },
		{ &type_string, nul, NULL,
		    "text with characters that XML cannot carry" },
		{ &type_string, text("\x01"), NULL,
		    "text with characters that XML cannot carry" },
		{ &type_string, number(1), NULL, "want a string, got an int" },
		{ &type_string, none, NULL, "want a string, got nothing" },
		{ &type_int, number(-5), "-5", NULL },
		{ &type_int, text("9223372036854775807"), "9223372036854775807",
		    NULL },
		{ &type_int, text("9223372036854775808"), NULL,
		    "want an int, got \"9223372036854775808\"" },
		{ &type_int, text("1 "), NULL, "want an int, got \"1 \"" },
		{ &type_int, text(""), NULL, "want an int, got \"\"" },
		{ &type_int, half, NULL, "want an int, got a float" },
		{ &type_float, half, "0.5", NULL },
		{ &type_float, number(3), "3", NULL },
		{ &type_float, text("-1.5e3"), "-1500", NULL },
		{ &type_float, text("inf"), NULL, "want a float, got \"inf\"" },
		{ &type_float, text("0x10"), NULL,
		    "want a float, got \"0x10\"" },
		{ &type_float, text("1e999"), NULL,
		    "want a float, got \"1e999\"" },
		{ &type_bool, yes, "true", NULL },
		{ &type_bool, text("true"), NULL, "want a bool, got a string" },
		{ &type_bool, number(1), NULL, "want a bool, got an int" },
		{ &type_datetime, date, "20261122T08:26:13Z", NULL },
		{ &type_datetime, text("2026-11-22T08:26:13Z"),
		    "20261122T08:26:13Z", NULL },
		{ &type_datetime, text("today"), NULL,
		    "want a date, got \"today\"" },
		{ &type_enum_vm_power_state, text("Paused"), "Paused", NULL },
		{ &type_enum_vm_power_state, text("paused"), NULL,
		    "\"paused\" is no vm_power_state" },
		{ &type_ref_VM, text("OpaqueRef:" UUID), "OpaqueRef:" UUID,
		    NULL },
		{ &type_ref_VM, text("OpaqueRef:NULL"), "OpaqueRef:NULL",
		    NULL },
		{ &type_ref_VM, text(UUID), UUID, NULL },
		{ &type_ref_VM, number(0), NULL,
		    "want a reference, got an int" },
		{ &type_set_string, text("a"), NULL,
		    "want an array, got a string" },
		{ &type_map_string_string, none, NULL,
		    "want a struct, got nothing" },
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		check_scalar(&cases[i]);
}

/* What a client sends outlives neither the frame nor the decoder's tree. */
static void
test_copies_text(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	char buffer[] = "something";
	struct value v = text(buffer);
	struct type_error err;
	const char *s;
	struct ref r;

	CU_ASSERT_EQUAL(model_from_value(a, &type_string, &v, &s, &err), 0);
	CU_ASSERT_EQUAL(model_from_value(a, &type_ref_VM, &v, &r, &err), 0);
	memset(buffer, 'x', sizeof(buffer) - 1);
	CU_ASSERT_STRING_EQUAL(s, "something");
	CU_ASSERT_TRUE_FATAL(ref_is_foreign(r));
	CU_ASSERT_STRING_EQUAL(ref_text(r, (char[REF_CHARS + 1]){ 0 }),
	    "something");
}

/* Typed memory from JSON; the test fails when it cannot be read. */
static void
from_json(struct arena *a, const struct type *type, const char *json, void *mem)
{
	struct type_error err;
	int rc = model_from_json(a, type, json, strlen(json), mem, &err);

	CU_ASSERT_EQUAL(rc, 0);
	if (rc < 0)
		printf("# %s: %s\n", json, err.text);
}

static void
test_collections(void)
{
	static const struct {
		const struct type *type;
		const char *json;
	} cases[] = {
		{ &type_set_string, "[]" },
		{ &type_set_string, "[\"a\",\"\",\"a\"]" },
		{ &type_set_int, "[1,-2]" },
		{ &type_map_string_string, "{}" },
		{ &type_map_string_string, "{\"b\":\"1\",\"a\":\"\\\"\\\\\"}" },
		{ &type_map_string_string, "{\"\":\"tab\\u0009\"}" },
		{ &type_map_int_float, "{\"3\":0.5,\"-1\":2}" },
		{ &type_map_int_set_string, "{\"0\":[\"x\"],\"1\":[]}" },
		{ &type_map_enum_vm_operations_string, "{\"start\":\"no\"}" },
		{ &type_map_ref_VIF_string, "{\"OpaqueRef:" UUID "\":\"l\"}" },
		{ &type_map_string_ref_blob, "{\"b\":\"OpaqueRef:NULL\"}" },
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		CLEANUP_BYTES struct bytes out = { 0 };
		struct map mem;

		from_json(a, cases[i].type, cases[i].json, &mem);
		model_to_json(cases[i].type, &mem, &out);
		CU_ASSERT_STRING_EQUAL(bytes_cstr(&out), cases[i].json);
	}
}

static void
test_json_errors(void)
{
	static const struct {
		const struct type *type;
		const char *json, *error;
	} cases[] = {
		{ &type_set_string, "[1]", "want a string, got an int at [0]" },
		{ &type_set_string, "[\"a\"", "no JSON at byte 4" },
		{ &type_set_string, "{}", "want an array, got a struct" },
		{ &type_map_string_string, "{\"a\":[]}",
		    "want a string, got an array at [a]" },
		{ &type_map_int_set_string, "{\"7\":[\"a\",true]}",
		    "want a string, got a bool at [7][1]" },
		{ &type_map_int_float, "{\"x\":1}", "want an int, got \"x\"" },
		{ &type_map_int_float, "{\"1\":1,\"01\":1}",
		    "the key \"01\" stands twice" },
		{ &type_bool, "yes", "want a bool, got other text" },
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		struct type_error err;
		struct map mem;

		CU_ASSERT_EQUAL(model_from_json(a, cases[i].type, cases[i].json,
				    strlen(cases[i].json), &mem, &err),
		    -1);
		CU_ASSERT_STRING_EQUAL(err.text, cases[i].error);
	}
}

static void
test_duplicate_keys(void)
{
	static const struct value_member members[] = {
		{ "a", { VALUE_STRING, 1, .s = "1" } },
		{ "b", { VALUE_STRING, 1, .s = "2" } },
		{ "a", { VALUE_STRING, 1, .s = "3" } },
	};
	const struct value v = { VALUE_STRUCT, 3, .members = members };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct type_error err;
	struct map m;

	CU_ASSERT_EQUAL(model_from_value(a, &type_map_string_string, &v, &m,
			    &err),
	    -1);
	CU_ASSERT_STRING_EQUAL(err.text, "the key \"a\" stands twice");
}

/* A cut in the middle of a character would make the answer unreadable. */
static void
test_error_text_is_clean(void)
{
	char long_name[400] = "";
	struct value_member member = { long_name, { .kind = VALUE_NIL } };
	const struct value v = { VALUE_STRUCT, 1, .members = &member };

	for (size_t shift = 0; shift < 3; shift++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		struct type_error err;
		struct map m;
		char *p = long_name;

		memset(p, 'x', shift);
		for (p += shift; p < long_name + 390; p += 3)
			memcpy(p, "\xe2\x82\xac", 4);
		CU_ASSERT_EQUAL(model_from_value(a, &type_map_string_string, &v,
				    &m, &err),
		    -1);
		CU_ASSERT_TRUE(strlen(err.text) > 150);
		CU_ASSERT_TRUE(text_is_clean(err.text, strlen(err.text)));
	}
}

/* ---- records, as create takes them ---- */

#define NMEMBERS 8
static const struct value_member vif_members[NMEMBERS] = {
	{ "device", { VALUE_STRING, 1, .s = "0" } },
	{ "network", { VALUE_STRING, 46, .s = "OpaqueRef:" UUID } },
	{ "VM", { VALUE_STRING, 46, .s = "OpaqueRef:" UUID } },
	{ "MAC", { VALUE_STRING, 0, .s = "" } },
	{ "MTU", { VALUE_STRING, 4, .s = "1500" } },
	{ "other_config", { .kind = VALUE_STRUCT } },
	{ "qos_algorithm_type", { VALUE_STRING, 0, .s = "" } },
	{ "qos_algorithm_params", { .kind = VALUE_STRUCT } },
};

static int
read_vif(struct arena *a, const struct value_member *members, uint32_t n,
    const struct vif **vif_r, struct type_error *err)
{
	const struct value v = { VALUE_STRUCT, n, .members = members };

	return model_from_value(a, &type_record_VIF, &v, vif_r, err);
}

static void
test_record(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct type_error err;
	const struct vif *vif;

	CU_ASSERT_EQUAL_FATAL(read_vif(a, vif_members, NMEMBERS, &vif, &err),
	    0);
	CU_ASSERT_PTR_EQUAL(vif->r.cls, &class_table[CLASS_VIF]);
	CU_ASSERT_TRUE(ref_is_null(vif->r.self));
	CU_ASSERT_STRING_EQUAL(vif->device, "0");
	CU_ASSERT_EQUAL(vif->MTU, 1500);
	CU_ASSERT_EQUAL(vif->locking_mode, VIF_LOCKING_MODE_NETWORK_DEFAULT);
	CU_ASSERT_STRING_EQUAL(vif->uuid, "");
	CU_ASSERT_EQUAL(vif->ipv4_allowed.n, 0);
}

static void
test_record_missing(void)
{
	for (unsigned i = 0; i < NMEMBERS; i++) {
		CLEANUP(arena_free) struct arena *a = arena_new(0);
		struct value_member some[NMEMBERS - 1];
		struct type_error err;
		const struct vif *vif;
		char want[100];

		memcpy(some, vif_members, i * sizeof(some[0]));
		memcpy(some + i, vif_members + i + 1,
		    (NMEMBERS - 1 - i) * sizeof(some[0]));
		snprintf(want, sizeof(want), "the field %s is missing",
		    vif_members[i].name);
		CU_ASSERT_EQUAL(read_vif(a, some, NMEMBERS - 1, &vif, &err),
		    -1);
		CU_ASSERT_STRING_EQUAL(err.text, want);
	}
}

static void
test_record_extra(void)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct value_member more[NMEMBERS + 3];
	struct type_error err;
	const struct vif *vif;

	memcpy(more, vif_members, sizeof(vif_members));
	more[NMEMBERS] = (struct value_member){ "uuid", text("mine") };
	more[NMEMBERS + 1] = (struct value_member){ "colour", text("blue") };
	more[NMEMBERS + 2] = (struct value_member){ "status_code", text("x") };
	CU_ASSERT_EQUAL_FATAL(read_vif(a, more, NMEMBERS + 3, &vif, &err), 0);
	CU_ASSERT_STRING_EQUAL(vif->uuid, "");
	more[4].value = text("many");
	CU_ASSERT_EQUAL(read_vif(a, more, NMEMBERS + 3, &vif, &err), -1);
	CU_ASSERT_STRING_EQUAL(err.text, "want an int, got \"many\" at MTU");
}

/* ---- compare and copy ---- */

static bool
json_equal(const struct type *type, const char *x, const char *y)
{
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct map left, right;
	bool same;

	from_json(a, type, x, &left);
	from_json(a, type, y, &right);
	same = model_equal(type, &left, &right);
	CU_ASSERT_EQUAL(same, model_equal(type, &right, &left));
	return same;
}

static void
test_equality(void)
{
	const struct type *map = &type_map_string_string;

	CU_ASSERT_TRUE(json_equal(map, "{\"a\":\"1\",\"b\":\"2\"}",
	    "{\"b\":\"2\",\"a\":\"1\"}"));
	CU_ASSERT_FALSE(json_equal(map, "{\"a\":\"1\",\"b\":\"2\"}",
	    "{\"a\":\"2\",\"b\":\"1\"}"));
	CU_ASSERT_FALSE(json_equal(map, "{\"a\":\"1\"}", "{}"));
	CU_ASSERT_FALSE(json_equal(map, "{\"a\":\"1\"}", "{\"b\":\"1\"}"));
	CU_ASSERT_TRUE(json_equal(&type_set_string, "[\"a\"]", "[\"a\"]"));
	CU_ASSERT_FALSE(
	    json_equal(&type_set_string, "[\"a\",\"b\"]", "[\"b\",\"a\"]"));
	CU_ASSERT_FALSE(json_equal(&type_string, "a", "b"));
	CU_ASSERT_TRUE(json_equal(&type_ref_VM, "x", "x"));
	CU_ASSERT_FALSE(json_equal(&type_ref_VM, "x", "y"));
	CU_ASSERT_FALSE(json_equal(&type_ref_VM, "x", "OpaqueRef:NULL"));
}

/* n entries "k0":"0" ... from the first or from the last. */
static void
big_map(struct bytes *out, int n, bool backwards)
{
	bytes_putc(out, '{');
	for (int i = 0; i < n; i++) {
		int k = backwards ? n - 1 - i : i;

		bytes_printf(out, "%s\"k%d\":\"%d\"", i ? "," : "", k, k);
	}
	bytes_putc(out, '}');
}

static void
test_big_maps(void)
{
	CLEANUP_BYTES struct bytes x = { 0 }, y = { 0 };
	char *last;

	big_map(&x, 30000, false);
	big_map(&y, 30000, true);
	CU_ASSERT_TRUE(json_equal(&type_map_string_string, bytes_cstr(&x),
	    bytes_cstr(&y)));
	last = strstr(y.p, "\"17\"");
	last[1] = '2';
	CU_ASSERT_FALSE(json_equal(&type_map_string_string, bytes_cstr(&x),
	    bytes_cstr(&y)));
}

/* A million pairs: looked for one among the others, that would be hours. */
static void
test_pairs_of_a_map(void)
{
	enum { MANY = 1000000 };
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct builder b = { .arena = a };
	struct builder_pairs all = { .b = &b }, left = { .b = &b };
	const char **keys = arena_array(a, MANY, sizeof(*keys));
	struct map m = { .keys = keys, .values = keys, .n = MANY };

	CU_ASSERT_PTR_NOT_NULL_FATAL(keys);
	for (int i = 0; i < MANY; i++)
		keys[i] = arena_printf(a, "%d", i);
	builder_put_map(&all, &m, NULL);
	CU_ASSERT_EQUAL(all.n, MANY);
	builder_put_map(&left, &m, "17");
	builder_put(&left, "17", "other");
	builder_put(&left, "18", "another");
	CU_ASSERT_FALSE(b.failed);
	m = builder_pairs_map(&left);
	CU_ASSERT_EQUAL(m.n, MANY);
	CU_ASSERT_STRING_EQUAL(builder_find(&m, "16"), "16");
	CU_ASSERT_STRING_EQUAL(builder_find(&m, "17"), "other");
	CU_ASSERT_STRING_EQUAL(builder_find(&m, "18"), "another");
}

static void
test_copy(void)
{
	CLEANUP(arena_free) struct arena *from = arena_new(0);
	CLEANUP(arena_free) struct arena *a = arena_new(0);
	struct type_error err;
	const struct vif *vif, *copy;
	struct map map, map_copy;

	CU_ASSERT_EQUAL_FATAL(read_vif(from, vif_members, NMEMBERS, &vif, &err),
	    0);
	CU_ASSERT_EQUAL(model_copy(a, &type_record_VIF, &copy, &vif), 0);
	CU_ASSERT_TRUE(model_equal(&type_record_VIF, &vif, &copy));
	CU_ASSERT_PTR_NOT_EQUAL(copy->device, vif->device);

	from_json(from, &type_map_int_set_string, "{\"1\":[\"a\"]}", &map);
	CU_ASSERT_EQUAL(model_copy(a, &type_map_int_set_string, &map_copy,
			    &map),
	    0);
	CU_ASSERT_TRUE(model_equal(&type_map_int_set_string, &map, &map_copy));
	CU_ASSERT_PTR_NOT_EQUAL(map_copy.values, map.values);
}

static void
test_no_memory(void)
{
	for (size_t limit = 1;; limit += 8) {
		CLEANUP(arena_free) struct arena *a = arena_new(limit);
		struct type_error err = { "left over" };
		const struct vif *vif;

		if (read_vif(a, vif_members, NMEMBERS, &vif, &err) == 0)
			break;
		CU_ASSERT_STRING_EQUAL(err.text, "");
		CU_ASSERT_TRUE_FATAL(limit < 100000);
	}
}

static void
test_empty(void)
{
	const char *s = NULL;
	struct map m;

	model_empty(&type_string, &s);
	CU_ASSERT_STRING_EQUAL(s, "");
	memset(&m, 1, sizeof(m));
	model_empty(&type_map_string_string, &m);
	CU_ASSERT_EQUAL(m.n, 0);
}

UNIT_MAIN("model",
    { "every method is found by its exact name and no other",
	test_find_methods },
    { "classes, fields, errors, enums and roles are found by name",
	test_find_names },
    { "offsets, texts and relations in the tables are consistent",
	test_tables },
    { "single values are read as leniently as the original reads them",
	test_scalars },
    { "text is copied out of the value tree", test_copies_text },
    { "sets and maps survive a database cell", test_collections },
    { "a wrong cell says what and where", test_json_errors },
    { "a key that stands twice is refused", test_duplicate_keys },
    { "an error about hostile text is clean text", test_error_text_is_clean },
    { "a record argument becomes a struct with defaults", test_record },
    { "a required field that is missing is named", test_record_missing },
    { "unknown and read-only members of a record argument are ignored",
	test_record_extra },
    { "sets are equal in order, maps by key", test_equality },
    { "maps of 30,000 keys are compared quickly", test_big_maps },
    { "a map of a million keys is taken over at once", test_pairs_of_a_map },
    { "a copy is deep and equal", test_copy },
    { "running out of memory leaves no error text", test_no_memory },
    { "the empty string is a string", test_empty })
