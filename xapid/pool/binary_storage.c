/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* host.other_config:no_local_storage of all hosts; all of them keep their blobs
 * with this daemon. Contents go behind the record: who has stored one meanwhile
 * looks at it when he notes the size (blob_http.c). */
#include "pool/binary_storage.h"

#include "call/edit.h"
#include "pool/blob_store.h"

#define OFF "no_local_storage"

bool
binary_storage_is_off(const struct core *core)
{
	RECORD_UNREF const struct record *r =
	    db_get(core->db, CLASS_host, core->host);

	return r && edit_map_true(&((const struct host *)r)->other_config, OFF);
}

bool
binary_storage_off_in(struct tx *t, const struct core *core)
{
	const struct host *h = TX_GET(t, host, host, core->host);

	return h && edit_map_true(&h->other_config, OFF);
}

static int
switch_off(const struct record *r, void *t)
{
	return tx_map_put(t, CLASS_host, r->self, FIELD_host_other_config, OFF,
	    "true");
}

static int
switch_on(const struct record *r, void *t)
{
	return tx_map_remove(t, CLASS_host, r->self, FIELD_host_other_config,
	    OFF);
}

static int
empty(const struct record *r, void *t)
{
	return TX_SET(t, blob, blob, r->self, size, 0);
}

int
pool_enable_binary_storage(struct call *c,
    const struct pool_enable_binary_storage_args *a)
{
	struct tx *t = call_begin(c);

	(void)a;
	if (!t)
		return -1;
	(void)tx_each(t, CLASS_host, switch_on, t);
	return call_commit_wait(c, t);
}

int
pool_disable_binary_storage(struct call *c,
    const struct pool_disable_binary_storage_args *a)
{
	struct tx *t = call_begin(c);
	const struct record **all;
	uint32_t n;

	(void)a;
	if (!t)
		return -1;
	(void)tx_each(t, CLASS_host, switch_off, t);
	(void)tx_each(t, CLASS_blob, empty, t);
	if (call_commit_wait(c, t) < 0)
		return -1;
	if (db_get_all(c->db, CLASS_blob, &all, &n) < 0)
		return call_fail_nomem(c);
	for (uint32_t i = 0; i < n; i++)
		blob_store_remove(c->core, all[i]->self);
	db_release_all(all, n);
	return 0;
}
