/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The counts are a chained hash of fixed size: there are never more entries
 * than connections, whose number is bounded. */
#include "rpc/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/fault.h"
#include "lib/ref.h"

void
peer_set_local(struct rpc_peer *peer, int fd)
{
	struct sockaddr_storage at = { 0 };
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&at;
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)&at;
	socklen_t len = sizeof(at);

	if (getsockname(fd, (struct sockaddr *)&at, &len) < 0)
		return;
	if (at.ss_family == AF_INET)
		inet_ntop(AF_INET, &in4->sin_addr, peer->at, sizeof(peer->at));
	else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
		inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, peer->at,
		    sizeof(peer->at));
	else
		inet_ntop(AF_INET6, &in6->sin6_addr, peer->at,
		    sizeof(peer->at));
}

void
peer_from_address(struct rpc_peer *peer, struct peer_key *key,
    const struct sockaddr_storage *from)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)from;
	const uint8_t *a6 = in6->sin6_addr.s6_addr;

	*peer = (struct rpc_peer){ .uid = (uid_t)-1 };
	*key = (struct peer_key){ 0 };
	if (from->ss_family == AF_INET) {
		inet_ntop(AF_INET, &in4->sin_addr, peer->address,
		    sizeof(peer->address));
		memcpy(&key->bits, &in4->sin_addr, 4);
	} else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		inet_ntop(AF_INET, a6 + 12, peer->address,
		    sizeof(peer->address));
		memcpy(&key->bits, a6 + 12, 4);
	} else {
		inet_ntop(AF_INET6, a6, peer->address, sizeof(peer->address));
		memcpy(&key->bits, a6, 8);
	}
}

int
peer_from_local(struct rpc_peer *peer, int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return -1;
	*peer = (struct rpc_peer){ .local = true, .uid = cred.uid };
	return cred.uid == 0 || cred.uid == geteuid() ? 0 : -1;
}

/* ---- counts ---- */

#define BUCKETS 1024

struct count {
	struct count *next;
	struct peer_key key;
	unsigned n;
};

struct peers {
	pthread_mutex_t lock; /* protects all below */
	unsigned total;
	struct count *buckets[BUCKETS];
	/* constant */
	unsigned max, max_per_address;
	uint64_t secret; /* so that nobody can aim at one bucket */
};

struct peers *
peers_new(unsigned max, unsigned max_per_address)
{
	struct peers *p = fault_calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	pthread_mutex_init(&p->lock, NULL);
	p->max = max;
	p->max_per_address = max_per_address;
	p->secret = ref_new().lo;
	return p;
}

void
peers_free(struct peers *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < BUCKETS; i++)
		while (p->buckets[i]) {
			struct count *c = p->buckets[i];

			p->buckets[i] = c->next;
			free(c);
		}
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* The place that points to the count of this key, or to NULL. */
static struct count **
find(struct peers *p, struct peer_key key)
{
	uint64_t h = (key.bits ^ p->secret) * UINT64_C(0x9e3779b97f4a7c15);
	struct count **at = &p->buckets[(h >> 32) % BUCKETS];

	while (*at && (*at)->key.bits != key.bits)
		at = &(*at)->next;
	return at;
}

enum peers_answer
peers_enter(struct peers *p, struct peer_key key)
{
	struct count **at;

	LOCK_SCOPE(&p->lock);
	if (p->total >= p->max)
		return PEERS_FULL;
	at = find(p, key);
	if (!*at) {
		*at = fault_calloc(1, sizeof(**at));
		if (!*at)
			return PEERS_FULL;
		(*at)->key = key;
	}
	if ((*at)->n >= p->max_per_address)
		return PEERS_ADDRESS_FULL;
	(*at)->n++;
	p->total++;
	return PEERS_OK;
}

void
peers_leave(struct peers *p, struct peer_key key)
{
	struct count **at, *gone;

	LOCK_SCOPE(&p->lock);
	at = find(p, key);
	gone = *at;
	if (!gone)
		return;
	p->total--;
	if (--gone->n == 0) {
		*at = gone->next;
		free(gone);
	}
}
