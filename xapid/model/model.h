/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The datamodel at run time: tables generated from datamodel/ (model_gen.h,
 * model_gen.c), and what can be done with any type, class, field or method
 * through them.
 *
 * Typed memory. A value of a type lies in memory as follows; record members,
 * call arguments and results all have this form, so one encoder, one decoder
 * and one copy serve everything:
 *
 *   string, secret     const char *        NUL-terminated, never NULL
 *   int, datetime      int64_t             datetime: seconds since 1970
 *   float              double
 *   bool               bool
 *   enum               int                 index into enum_info.values
 *   ref                struct ref
 *   set T              struct set          items: array of T
 *   map K V            struct map          keys: array of K, values: of V
 *   option T           const void *        NULL or memory of T
 *   record C           const struct record *   of class C, or NULL
 *   record any         const struct record *   of any class (event snapshot)
 *   event_batch        struct event_batch
 *   void               nothing
 */
#ifndef XAPID_MODEL_H
#define XAPID_MODEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/arena.h"
#include "lib/bytes.h"
#include "lib/ref.h"
#include "model/value.h"

/* How its values lie in memory: see above. */
enum type_kind {
	TYPE_VOID,
	TYPE_STRING,
	TYPE_SECRET,
	TYPE_INT,
	TYPE_FLOAT,
	TYPE_BOOL,
	TYPE_DATETIME,
	TYPE_ENUM,
	TYPE_REF,
	TYPE_SET,
	TYPE_MAP,
	TYPE_OPTION,
	TYPE_RECORD,
	TYPE_EVENT_BATCH,
};

/* Items lie side by side, each type->elem->size bytes; so do keys and values. */
struct set {
	const void *items;
	uint32_t n;
};

struct map {
	const void *keys; /* no key twice; order of insertion */
	const void *values;
	uint32_t n;
};

struct type {
	enum type_kind kind;
	uint16_t size;              /* bytes of typed memory */
	int16_t cls;                /* ref, record: enum class_id, -1 = any */
	const struct enum_info *en; /* enum */
	const struct type *elem;    /* set, option; value of a map */
	const struct type *key;     /* key of a map */
	const char *name;           /* as in datamodel/: "map string ref VDI" */
};

struct enum_info {
	const char *name;
	const char *doc;
	const char *const *values; /* wire names */
	uint16_t n;
};

/* Roles are bits; bit 0 is pool-admin, then by rank (datamodel/roles). */
typedef uint16_t role_mask;
struct role_info {
	const char *name;
	const char *uuid;
	const char *doc;
	bool internal;
};
extern const struct role_info role_table[];
extern const unsigned role_count;

/* One key (or prefix, written with a final '*') of a map with its own role. */
struct key_role {
	const char *key;
	role_mask roles;
};

/* Who sets a field: clients, the constructor only, nobody but us. */
enum field_qualifier { FIELD_RW, FIELD_STATIC_RO, FIELD_DYNAMIC_RO };
enum model_state {
	STATE_PUBLISHED,
	STATE_PROTOTYPE,
	STATE_DEPRECATED,
	STATE_REMOVED
};

struct field {
	const char *name;   /* wire name */
	const char *column; /* name in SQL and state.db: name__label */
	const char *doc;
	const struct type *type;
	uint16_t offset; /* into the class's C struct */
	uint16_t index;  /* position in class_info.fields */
	enum field_qualifier qualifier;
	enum model_state state;
	bool persistent; /* stands in the database file */
	bool internal;   /* never on the wire */
	bool own;        /* ours alone: not in exports for others */
	bool required;   /* the constructor needs it */
	/* This field is derived: it lists the objects of inverse_cls whose field
	 * inverse_field refers here. -1: stored. */
	int16_t inverse_cls, inverse_field;
	/* This field is stored and determines a derived one over there: the
	 * field of the referenced class that lists us. -1: none. */
	int16_t lists_cls, lists_field;
	role_mask get_roles, set_roles;   /* set_roles 0: no generated setter */
	const struct key_role *key_roles; /* NULL-key terminated, or NULL */
	/* Default as typed memory; the type's empty value where the datamodel
	 * gives none. */
	const void *initial;
	/* Precomputed wire text that precedes the value in a record. */
	const char *xml_open; /* <member><name>F</name><value> */
	uint16_t xml_open_len;
	const char *json_open; /* "F": */
	uint16_t json_open_len;
};

struct class_info {
	const char *name;  /* "VM" */
	const char *lower; /* "vm", as events say it */
	const char *doc;
	enum model_state state;
	uint16_t id;      /* enum class_id */
	uint16_t size;    /* bytes of its C struct */
	bool stored;      /* has a table in memory */
	bool persistent;  /* and on disk */
	bool fixed;       /* part of the program: made at each start, and in no
		     * event nor any count of an event */
	bool events;      /* seen by event.from */
	bool constructor; /* generated create and destroy */
	bool get_all;
	bool own;    /* its table is ours alone, as above */
	bool hidden; /* no class of the API (plan_journal) */
	int16_t uuid_field, name_label_field; /* -1: none */
	const struct field *fields;           /* internal ones included */
	uint16_t nfields;
};

/* enum class_id, CLASS_COUNT, struct vm …, enum …, FIELD_VM_name_label …,
 * struct vm_start_args …: model_gen.h, included at the end. */

/* An object. Immutable once published; shared by reference count. The
 * generated struct of each class (struct vm) begins with it. */
struct record {
	const struct class_info *cls;
	_Atomic uint32_t refs;
	uint32_t size; /* bytes of this allocation */
	struct ref self;
	uint64_t created, modified; /* generations */
	_Atomic(struct encoded *)
	    encoded[2]; /* by wire format; see rpc/encode */
};

enum method_kind {
	METHOD_EXPLICIT,
	METHOD_GETTER,
	METHOD_SETTER,
	METHOD_ADD, /* add_tags, add_to_other_config */
	METHOD_REMOVE,
	METHOD_CREATE,
	METHOD_DESTROY,
	METHOD_GET_RECORD,
	METHOD_GET_BY_UUID,
	METHOD_GET_BY_NAME_LABEL,
	METHOD_GET_ALL,
	METHOD_GET_ALL_RECORDS,
	METHOD_GET_ALL_WHERE,
	METHOD_GET_ALL_RECORDS_WHERE,
};

struct param {
	const char *name;
	const struct type *type;
	uint16_t offset; /* into the args struct */
	bool optional;
	const void *initial; /* typed memory, when optional */
	const char *doc;     /* "" where the name says it all */
};

struct call;
/* args: the generated struct NAME_args; result: typed memory of the result
 * type, zeroed. 0, or -1 with the call's error set. */
typedef int method_fn(struct call *c, const void *args, void *result);

struct method {
	/* Declarative: generated from datamodel/, constant. */
	const char *name; /* "VM.start" */
	const char *doc;
	enum method_kind kind;
	enum model_state state;
	uint16_t cls;       /* enum class_id */
	int16_t field;      /* implicit accessors: index, else -1 */
	uint16_t index;     /* position in method_table */
	bool session;       /* first parameter is a session */
	bool async;         /* also reachable as Async.VM.start */
	bool hidden;        /* absent from published documentation */
	bool pool_internal; /* host-to-host sessions only */
	bool secret;        /* parameters must not be logged */
	bool blocking;      /* may wait: runs on a worker thread */
	uint16_t cost;      /* tokens of a Rate_limit */
	role_mask roles;    /* 0: local root only */
	const struct key_role *key_roles;
	const struct param *params; /* without the session */
	uint8_t nparams, nrequired;
	uint16_t args_size;
	const struct type *result;
	const char *const *raises; /* declared error codes, NULL-terminated */
	/* The handler in xapid/CLASS.c (weak): NULL where nobody wrote one. run
	 * calls it with the right types and is never NULL for an explicit
	 * message or one that has a handler. */
	void (*handler)(void);
	method_fn *run;
};

struct error_info {
	const char *code;
	const char *doc;
	const char *const *params; /* names, NULL-terminated */
	bool varargs;              /* the datamodel names no parameters */
};

/* The tables of the datamodel (generated); class_table by enum class_id. */
extern const struct class_info class_table[];
extern const struct method method_table[]; /* sorted by name */
extern const unsigned method_count;
extern const struct error_info error_table[]; /* sorted by code */
extern const unsigned error_count;
extern const struct enum_info *const enum_table[];
extern const unsigned enum_count;

/* Perfect or binary search; NULL when unknown. */
const struct method *method_find(const char *name, size_t len);
/* Whether a call of this name does its work, here and now. */
bool method_is_written(const char *name);
/* Exact name ("VM"); NULL when unknown. */
const struct class_info *class_find(const char *name);
/* Any case ("vm", "Vm"), as event subscriptions allow. */
const struct class_info *class_find_nocase(const char *name, size_t len);
const struct field *field_find(const struct class_info *cls, const char *name);
const struct field *field_find_column(const struct class_info *cls,
    const char *column);
const struct error_info *error_find(const char *code);
/* Index of a wire name, or -1. */
int enum_find(const struct enum_info *en, const char *value);
/* Mask of a role name, 0 when unknown. */
role_mask role_find(const char *name);

/* ---- typed memory (model.c) ---- */

struct type_error {
	char text[160]; /* "want a bool, got a string at other_config[x]" */
};

/* Empty value: "", 0, null, {}. mem has type->size bytes. */
void model_empty(const struct type *type, void *mem);
/* Deep equality. Sets are ordered; maps compare by key. */
bool model_equal(const struct type *type, const void *a, const void *b);
/* Whether all text of it is (text_is_clean). */
bool model_is_clean(const struct type *type, const void *mem);
/* Deep copy into the arena. -1: no memory. */
int model_copy(struct arena *a, const struct type *type, void *to,
    const void *from);
/* From the value tree, leniently as the original reads (source: wire.json
 * xmlrpc_types_in): ints from decimal text, any text as a ref: one that is no
 * OpaqueRef becomes a foreign reference (ref_foreign), which no object has. Enum values and dates must be known. Text must
 * be clean (text_is_clean). -1: err filled, or no memory (err->text empty). */
int model_from_value(struct arena *a, const struct type *type,
    const struct value *v, void *mem, struct type_error *err);
/* Text form of one value in SQL and state.db cells: sets and maps as JSON. */
void model_to_json(const struct type *type, const void *mem, struct bytes *out);
int model_from_json(struct arena *a, const struct type *type, const char *text,
    size_t len, void *mem, struct type_error *err);

/* ---- records (record.c) ---- */

/* A new record of a class with every field at its default; from NULL, or a
 * copy of `from`; then n changes: field i gets the typed memory at mem[i].
 * One allocation. Derived fields are shared by reference. refs = 1. NULL: no
 * memory. */
struct record *record_build(const struct class_info *cls,
    const struct record *from, unsigned n, const struct field *const fields[],
    const void *const mem[]);
/* Typed memory of a new object with every field at its default, to be filled
 * in and passed to tx_insert: struct vm vm; record_defaults(…, &vm.r). The
 * struct of the class must follow r. */
void record_defaults(const struct class_info *cls, struct record *r);
/* The same with the fields of another object, whose memory it shares. Not
 * `vm = *source`: others count their references to the source meanwhile. */
void record_like(struct record *r, const struct record *source);
struct record *record_ref(const struct record *r); /* drops const */
void record_unref(const struct record *r);         /* NULL is fine */
CLEANUP_DEFINE(record_unref, const struct record *);
#define RECORD_UNREF CLEANUP(record_unref)

/* The typed memory of a field; borrowed with the record. */
static inline const void *
record_field(const struct record *r, const struct field *f)
{
	return (const char *)r + f->offset;
}

/* Events as event.from answers them. */
enum event_op { EVENT_ADD, EVENT_DEL, EVENT_MOD };
struct event_item {
	uint64_t id;       /* generation */
	int64_t timestamp; /* unused on the wire: always "0.0" */
	uint16_t cls;
	enum event_op op;
	struct ref ref;
	const struct record *snapshot; /* NULL for del */
};
struct event_batch {
	const struct event_item *events;
	uint32_t n;
	const uint64_t *valid_ref_counts; /* CLASS_COUNT of them */
	uint64_t token; /* generation; message part is always 0 */
};

#include "model_gen.h" /* generated */

#endif
