/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many sessions a user may have. A program that logs in and never out must
 * not end the sessions of others, nor of other programs of the same user: what
 * is too many goes first from the originator that has most. */
#include <stdio.h>
#include <string.h>

#include "access/session_private.h"
#include "lib/fault.h"

struct quota_group {
	char originator[sizeof(((struct identity *)0)->originator)];
	struct quota_user *user;
	struct quota_group *next;
	struct seat *oldest, *newest;
	unsigned count;
};

struct quota_user {
	char name[sizeof(((struct identity *)0)->user)];
	struct quota_user *next; /* in the bucket */
	struct quota_group *groups;
	unsigned count;
};

void
quota_init(struct quota *q, const struct core_config *config)
{
	pthread_mutex_init(&q->lock, NULL);
	q->max_user = config->max_sessions_per_user;
	q->max_originator = config->max_sessions_per_originator;
}

void
quota_free(struct quota *q)
{
	pthread_mutex_destroy(&q->lock);
}

static struct quota_user **
bucket_of(struct quota *q, const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	return &q->buckets[h % QUOTA_BUCKETS];
}

static struct quota_user *
user_get(struct quota *q, const char *name)
{
	struct quota_user **bucket = bucket_of(q, name), *u = *bucket;

	while (u && strcmp(u->name, name) != 0)
		u = u->next;
	if (u)
		return u;
	u = fault_calloc(1, sizeof(*u));
	if (!u)
		return NULL;
	snprintf(u->name, sizeof(u->name), "%s", name);
	u->next = *bucket;
	*bucket = u;
	return u;
}

static struct quota_group *
group_get(struct quota_user *u, const char *originator)
{
	struct quota_group *g = u->groups;

	while (g && strcmp(g->originator, originator) != 0)
		g = g->next;
	if (g)
		return g;
	g = fault_calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	snprintf(g->originator, sizeof(g->originator), "%s", originator);
	g->user = u;
	g->next = u->groups;
	u->groups = g;
	return g;
}

static void
user_drop_if_empty(struct quota *q, struct quota_user *u)
{
	struct quota_user **p = bucket_of(q, u->name);

	if (u->groups)
		return;
	while (*p != u)
		p = &(*p)->next;
	*p = u->next;
	free(u);
}

static void
group_drop(struct quota *q, struct quota_group *g)
{
	struct quota_user *u = g->user;
	struct quota_group **p = &u->groups;

	while (*p != g)
		p = &(*p)->next;
	*p = g->next;
	free(g);
	user_drop_if_empty(q, u);
}

static void
unlink_seat(struct quota_group *g, struct seat *s)
{
	*(s->older ? &s->older->newer : &g->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &g->newest) = s->older;
	s->older = s->newer = NULL;
}

static void
link_newest(struct quota *q, struct quota_group *g, struct seat *s)
{
	s->used = ++q->uses;
	s->older = g->newest;
	*(g->newest ? &g->newest->newer : &g->oldest) = s;
	g->newest = s;
}

static void
remove_locked(struct quota *q, struct seat *s)
{
	struct quota_group *g = s->group;

	if (!g)
		return;
	unlink_seat(g, s);
	s->group = NULL;
	g->user->count--;
	if (--g->count == 0)
		group_drop(q, g);
}

/* The group with most sessions; of equal ones that which was not used for
 * longest. */
static struct quota_group *
largest_group(const struct quota_user *u)
{
	struct quota_group *best = u->groups;

	for (struct quota_group *g = best; g; g = g->next)
		if (g->count > best->count ||
		    (g->count == best->count &&
			g->oldest->used < best->oldest->used))
			best = g;
	return best;
}

static bool
too_many(unsigned n, unsigned max)
{
	return max && n > max;
}

/* The new seat is the newest of its group, so it never goes itself while there
 * is another in the group; a limit of 0 is no limit. */
static struct seat *
victim_of(const struct quota *q, const struct quota_group *g)
{
	if (too_many(g->count, q->max_originator))
		return g->oldest;
	if (too_many(g->user->count, q->max_user))
		return largest_group(g->user)->oldest;
	return NULL;
}

int
quota_add(struct quota *q, struct seat *s, struct ref victims[QUOTA_VICTIMS])
{
	LOCK_SCOPE(&q->lock);
	struct quota_user *u = user_get(q, s->who.user);
	struct quota_group *g = u ? group_get(u, s->who.originator) : NULL;
	struct seat *victim;
	int n = 0;

	if (!g) {
		if (u)
			user_drop_if_empty(q, u);
		return -1;
	}
	s->group = g;
	link_newest(q, g, s);
	g->count++;
	u->count++;
	while (n < QUOTA_VICTIMS && (victim = victim_of(q, g)) && victim != s) {
		victims[n++] = victim->who.session;
		remove_locked(q, victim);
	}
	return n;
}

void
quota_remove(struct quota *q, struct seat *s)
{
	LOCK_SCOPE(&q->lock);

	remove_locked(q, s);
}

void
quota_used(struct quota *q, struct seat *s)
{
	LOCK_SCOPE(&q->lock);

	if (!s->group)
		return;
	unlink_seat(s->group, s);
	link_newest(q, s->group, s);
}
