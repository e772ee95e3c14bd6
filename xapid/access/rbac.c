/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Roles and permissions as objects. Which role may call what stands in the
 * method table; here it becomes names, references and rows of class role. */
#include "access/rbac.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "access/session.h"

/* Permissions that are neither a method nor a handler. */
static const struct {
	const char *name, *role;
} others[] = {
	{ "task.destroy/any", "pool-operator" }, /* other people's tasks too */
};

role_mask
rbac_all(void)
{
	return (role_mask)((1u << role_count) - 1);
}

/* Roles stand by rank, so those above one are the lower bits. */
role_mask
rbac_at_least(const char *role)
{
	role_mask bit = role ? role_find(role) : 0;

	return bit ? (role_mask)(bit | (bit - 1)) : 0;
}

/* ---- names ---- */

static int
each_key(const struct method *m,
    int (*fn)(void *arg, const char *name, role_mask roles), void *arg)
{
	char name[RBAC_NAME_MAX];
	int rc = 0;

	for (const struct key_role *k = m->key_roles; rc == 0 && k && k->key;
	     k++) {
		snprintf(name, sizeof(name), "%s/key:%s", m->name, k->key);
		rc = fn(arg, name, k->roles);
	}
	return rc;
}

int
rbac_each(int (*fn)(void *arg, const char *name, role_mask roles), void *arg)
{
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < method_count; i++) {
		const struct method *m = &method_table[i];

		rc = fn(arg, m->name, m->roles);
		if (rc == 0)
			rc = each_key(m, fn, arg);
	}
	for (size_t i = 0; rc == 0 && i < sizeof(others) / sizeof *others; i++)
		rc = fn(arg, others[i].name, rbac_at_least(others[i].role));
	return rc ? rc : rbac_http_each(fn, arg);
}

static void
lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s += 'a' - 'A';
}

const char *
rbac_permission(struct arena *a, const struct method *m, const char *key)
{
	char *name = key ? arena_printf(a, "%s/key:%s", m->name, key)
			 : arena_strdup(a, m->name);

	if (name)
		lower(name);
	return name;
}

struct names {
	struct arena *arena;
	role_mask roles;
	const char **p;
	uint32_t n, cap;
};

static int
count_name(void *arg, const char *name, role_mask roles)
{
	struct names *x = arg;

	(void)name;
	if (roles & x->roles)
		x->cap++;
	return 0;
}

static int
add_name(void *arg, const char *name, role_mask roles)
{
	struct names *x = arg;
	char *copy;

	if (!(roles & x->roles))
		return 0;
	copy = arena_strdup(x->arena, name);
	if (!copy)
		return -1;
	lower(copy);
	x->p[x->n++] = copy;
	return 0;
}

int
rbac_names(struct arena *a, role_mask roles, struct set *out)
{
	struct names x = { .arena = a, .roles = roles };

	(void)rbac_each(count_name, &x);
	x.p = arena_array(a, x.cap, sizeof(*x.p));
	if (!x.p || rbac_each(add_name, &x) < 0)
		return -1;
	*out = (struct set){ .items = x.p, .n = x.n };
	return 0;
}

/* ---- references ---- */

static uint64_t
big_endian(const unsigned char *p)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

/* MD5 here is a way to get the same reference everywhere, and no secret. */
struct ref
rbac_ref(const char *name)
{
	unsigned char md[EVP_MAX_MD_SIZE] = { 0 };

	if (!EVP_Digest(name, strlen(name), md, NULL, EVP_md5(), NULL))
		return REF_NULL;
	return (struct ref){ big_endian(md), big_endian(md + 8) };
}

struct ref
rbac_role_ref(unsigned i)
{
	struct ref r = REF_NULL;

	(void)uuid_parse(role_table[i].uuid, &r);
	return r;
}

role_mask
rbac_mask_of(struct ref role)
{
	for (unsigned i = 0; i < role_count; i++)
		if (ref_equal(rbac_role_ref(i), role))
			return (role_mask)(1u << i);
	return 0;
}

role_mask
rbac_mask_of_set(const struct set *roles)
{
	const struct ref *p = roles->items;
	role_mask mask = 0;

	for (uint32_t i = 0; i < roles->n; i++)
		mask |= rbac_mask_of(p[i]);
	return mask;
}

/* ---- objects ---- */

struct loader {
	struct tx *t;
	role_mask *roles; /* of the permission at the same place in refs */
	struct ref *refs, *chosen;
	uint32_t n, cap;
};

static int
insert(struct tx *t, struct ref ref, const char *label, const char *description,
    bool internal, const struct set *subroles)
{
	char uuid[UUID_CHARS + 1];
	struct role r = {
		.r = { .cls = &class_table[CLASS_role], .self = ref },
		.uuid = uuid,
		.name_label = label,
		.name_description = description,
		.is_internal = internal,
		.subroles = *subroles,
	};

	uuid_format(ref, uuid);
	return tx_insert(t, &r.r, NULL);
}

static int
count_permission(void *arg, const char *name, role_mask roles)
{
	struct loader *l = arg;

	(void)name;
	(void)roles;
	l->cap++;
	return 0;
}

static int
insert_permission(void *arg, const char *name, role_mask roles)
{
	struct loader *l = arg;
	char label[RBAC_NAME_MAX];

	snprintf(label, sizeof(label), "%s", name);
	lower(label);
	l->refs[l->n] = rbac_ref(name);
	l->roles[l->n] = roles;
	return insert(l->t, l->refs[l->n++], label, "A permission.", true,
	    &(struct set){ 0 });
}

static int
insert_role(struct loader *l, unsigned i)
{
	struct set held = { .items = l->chosen };

	for (uint32_t k = 0; k < l->n; k++)
		if (l->roles[k] & 1u << i)
			l->chosen[held.n++] = l->refs[k];
	return insert(l->t, rbac_role_ref(i), role_table[i].name,
	    role_table[i].doc, role_table[i].internal, &held);
}

static int
insert_all(struct loader *l)
{
	struct arena *a = tx_arena(l->t);
	int rc;

	(void)rbac_each(count_permission, l);
	l->refs = arena_array(a, l->cap, sizeof(*l->refs));
	l->chosen = arena_array(a, l->cap, sizeof(*l->chosen));
	l->roles = arena_array(a, l->cap, sizeof(*l->roles));
	if (!l->refs || !l->chosen || !l->roles)
		return -1;
	rc = rbac_each(insert_permission, l);
	for (unsigned i = 0; rc == 0 && i < role_count; i++)
		rc = insert_role(l, i);
	return rc;
}

int
rbac_load_roles(struct core *core)
{
	struct loader l = { .t = tx_begin(core->db) };

	if (!l.t)
		return -1;
	if (insert_all(&l) < 0) {
		tx_abort(l.t);
		return -1;
	}
	return tx_commit_wait(l.t, NULL);
}
