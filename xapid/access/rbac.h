/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Permissions by name. A role is an object, and so is each permission: one for
 * every method, for every map key with a role of its own, for every HTTP
 * handler (rbac_http.c). Names and uuids are those that clients know.
 * (source: roles.json "rules") */
#ifndef XAPID_RBAC_H
#define XAPID_RBAC_H

#include "lib/arena.h"
#include "model/model.h"

#define RBAC_NAME_MAX 192 /* bytes of a permission's name, with the NUL */

/* Calls fn for each permission, in no particular order; nonzero ends the walk
 * and is the answer. name: in the case of the datamodel, from which the uuid is
 * made; objects show it in lower case. roles 0: local root only. */
int rbac_each(int (*fn)(void *arg, const char *name, role_mask roles),
    void *arg);
/* Reference and uuid of the object of a permission (name in the datamodel's
 * case). */
struct ref rbac_ref(const char *name);
/* Reference of a role's object, by index in role_table. */
struct ref rbac_role_ref(unsigned i);
/* The roles among these objects of class role. */
role_mask rbac_mask_of_set(const struct set *roles);
/* Names of all permissions of these roles, in lower case. -1: no memory. */
int rbac_names(struct arena *a, role_mask roles, struct set *out);
/* Every role. */
role_mask rbac_all(void);
/* This role and all above it; NULL (local root): none. */
role_mask rbac_at_least(const char *role);

/* ---- rbac_http.c ---- */

/* Who may use the HTTP handler ("put_import") or a part of it
 * ("connect_console/host_console"); 0: local root, or no such handler. */
role_mask rbac_http_roles(const char *handler);
int rbac_http_each(int (*fn)(void *arg, const char *name, role_mask roles),
    void *arg);

#endif
