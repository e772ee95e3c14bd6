/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is at the other end, and how many connections each address has. */
#ifndef XAPID_RPC_PEER_H
#define XAPID_RPC_PEER_H

#include <stdint.h>
#include <sys/socket.h>

#include "lib/cleanup.h"
#include "rpc/service.h"

/* What connections are counted by: an IPv4 address, or the 64 bits of an IPv6
 * address that a site gives to one network. */
struct peer_key {
	uint64_t bits;
};

/* Which of our addresses a TCP client called. */
void peer_set_local(struct rpc_peer *peer, int fd);
/* Of a TCP client, from what accept() answered. */
void peer_from_address(struct rpc_peer *peer, struct peer_key *key,
    const struct sockaddr_storage *from);
/* Of a client of the local socket: -1 when it is neither root nor the user we
 * run as (attack A18). */
int peer_from_local(struct rpc_peer *peer, int fd);

enum peers_answer {
	PEERS_OK,
	PEERS_FULL,         /* of everybody */
	PEERS_ADDRESS_FULL, /* of this address */
};

/* Counts of connections by address; any thread. */
struct peers;
struct peers *peers_new(unsigned max, unsigned max_per_address);
void peers_free(struct peers *p);
CLEANUP_DEFINE(peers_free, struct peers *);
enum peers_answer peers_enter(struct peers *p, struct peer_key key);
/* Once for each PEERS_OK. */
void peers_leave(struct peers *p, struct peer_key key);

#endif
