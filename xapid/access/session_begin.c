/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session begins: its seat in memory and its record, made so that whoever takes
 * a role away meanwhile either ends it or was seen. */
#include <string.h>

#include "access/rbac.h"
#include "access/session_private.h"
#include "lib/clock.h"
#include "lib/fault.h"

static struct seat *
seat_new(const struct session_new *n)
{
	struct seat *seat;

	if (n->nsubjects > SESSION_SUBJECTS)
		return NULL;
	seat = fault_calloc(1,
	    sizeof(*seat) + n->nsubjects * sizeof(*seat->subjects));
	if (!seat)
		return NULL;
	seat->who.session = ref_new();
	seat->who.roles = n->roles;
	seat->who.local_superuser = n->local_superuser;
	seat->who.pool = n->pool;
	session_copy_cut(seat->who.user, sizeof(seat->who.user), n->user);
	session_copy_cut(seat->who.sid, sizeof(seat->who.sid), n->sid);
	session_copy_cut(seat->who.originator, sizeof(seat->who.originator),
	    n->originator);
	if (n->nsubjects) {
		seat->who.subject = n->subjects[0];
		memcpy(seat->subjects, n->subjects,
		    n->nsubjects * sizeof(*n->subjects));
	}
	seat->nsubjects = n->nsubjects;
	seat->hooks.next = seat->hooks.prev = &seat->hooks;
	seat->active = seat->noted = session_clock();
	return seat;
}

/* Whether the subjects give these roles, in the newest state that any writer
 * has brought about. */
static bool
roles_still_hold(struct tx *t, const struct session_new *n)
{
	role_mask roles = 0;

	for (unsigned i = 0; i < n->nsubjects; i++) {
		const struct subject *s =
		    TX_GET(t, subject, subject, n->subjects[i]);

		roles |= s ? rbac_mask_of_set(&s->roles) : 0;
	}
	return n->nsubjects == 0 || roles == n->roles;
}

static int
insert_record(struct tx *t, struct core *core, const struct seat *seat,
    const struct session_new *n)
{
	int64_t now = clock_wall_sec();
	struct session r = {
		.r = { .cls = &class_table[CLASS_session],
		    .self = seat->who.session },
		.uuid = "",
		.this_host = core->host,
		.last_active = now,
		.validation_time = now,
		.pool = n->pool,
		.is_local_superuser = n->local_superuser,
		.subject = seat->who.subject,
		.auth_user_sid = seat->who.sid,
		.auth_user_name = seat->who.user,
		.parent = n->parent,
		.originator = seat->who.originator,
		.client_certificate = n->client_certificate,
	};

	if (!n->local_superuser &&
	    rbac_names(tx_arena(t), n->roles, &r.rbac_permissions) < 0)
		return -1;
	return tx_insert(t, &r.r, NULL);
}

static int
seat_put(struct sessions *s, struct seat *seat)
{
	struct shard *shard = session_shard(s, seat->who.session);
	int rc;

	pthread_rwlock_wrlock(&shard->lock);
	rc = refmap_put(&shard->seats, seat->who.session, seat);
	pthread_rwlock_unlock(&shard->lock);
	return rc;
}

/* With the writer's turn held, so that whoever takes a role away either sees
 * this session and ends it, or has been seen by roles_still_hold(). */
static int
take_seat(struct sessions *s, struct tx *t, struct seat *seat,
    const struct session_new *n, struct ref victims[], int *nvictims_r)
{
	if (insert_record(t, s->core, seat, n) < 0)
		return -1;
	*nvictims_r = quota_add(&s->quota, seat, victims);
	if (*nvictims_r < 0)
		return -1;
	if (seat_put(s, seat) < 0) {
		quota_remove(&s->quota, seat);
		return -1;
	}
	return 0;
}

int
session_create(struct core *core, const struct session_new *n,
    struct ref *ref_r, bool *changed_r)
{
	struct sessions *s = core->sessions;
	struct seat *seat = seat_new(n);
	struct tx *t = seat ? tx_begin(core->db) : NULL;
	struct ref self, victims[QUOTA_VICTIMS];
	int nvictims = 0;

	*changed_r = false;
	if (!t) {
		free(seat);
		return -1;
	}
	*changed_r = !roles_still_hold(t, n);
	self = seat->who.session; /* once seated, others may end and free it */
	if (*changed_r || take_seat(s, t, seat, n, victims, &nvictims) < 0) {
		tx_abort(t);
		free(seat);
		return -1;
	}
	if (tx_commit_wait(t, NULL) < 0) {
		(void)session_end(core, self);
		return -1;
	}
	for (int i = 0; i < nvictims; i++)
		(void)session_end(core, victims[i]);
	*ref_r = self;
	return 0;
}
