/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access/user_agents.h"

#include <pthread.h>
#include <string.h>

#include "call/call.h"
#include "lib/text.h"

#define MAX_AGENTS 128
#define VERSION_CHARS 32

static struct {
	pthread_mutex_t lock;
	struct {
		char name[64], version[VERSION_CHARS];
	} agents[MAX_AGENTS];
	unsigned n;
} known = { .lock = PTHREAD_MUTEX_INITIALIZER };

static unsigned
find(const char *name)
{
	unsigned i = 0;

	while (i < known.n && strcmp(known.agents[i].name, name) != 0)
		i++;
	return i;
}

/* "/8.2", or nothing; cut between characters. */
static void
put_version(char out[VERSION_CHARS], const char *s, size_t len)
{
	len = len > 1 ? len - 1 : 0;
	if (len >= VERSION_CHARS)
		len = VERSION_CHARS - 1;
	while (len && !text_is_clean(s + 1, len))
		len--;
	if (len)
		memcpy(out, s + 1, len);
	out[len] = '\0';
}

/* The first word: what follows tells of libraries and systems. */
void
user_agents_note(const char *agent)
{
	char name[sizeof(known.agents[0].name)];
	size_t word = strcspn(agent, " "), len = strcspn(agent, " /");
	unsigned i;

	if (!len || len >= sizeof(name))
		return;
	memcpy(name, agent, len);
	name[len] = '\0';
	if (!text_is_clean(name, len))
		return;
	pthread_mutex_lock(&known.lock);
	i = find(name);
	if (i < MAX_AGENTS) {
		memcpy(known.agents[i].name, name, len + 1);
		put_version(known.agents[i].version, agent + len, word - len);
		if (i == known.n)
			known.n++;
	}
	pthread_mutex_unlock(&known.lock);
}

/* All hosts are served by this daemon. */
int
host_get_tracked_user_agents(struct call *c,
    const struct host_get_tracked_user_agents_args *a, struct map *result_r)
{
	const char **keys = arena_array(c->arena, MAX_AGENTS, sizeof(*keys));
	const char **values =
	    arena_array(c->arena, MAX_AGENTS, sizeof(*values));
	bool ok = keys && values;

	(void)a;
	*result_r = (struct map){ .keys = keys, .values = values };
	pthread_mutex_lock(&known.lock);
	for (unsigned i = 0; ok && i < known.n; i++) {
		keys[i] = arena_strdup(c->arena, known.agents[i].name);
		values[i] = arena_strdup(c->arena, known.agents[i].version);
		ok = keys[i] && values[i];
	}
	result_r->n = ok ? known.n : 0;
	pthread_mutex_unlock(&known.lock);
	return ok ? 0 : call_fail_nomem(c);
}
