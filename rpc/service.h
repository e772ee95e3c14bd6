/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the wire asks of the core. rpc/ knows codecs, sockets and HTTP, and
 * nothing of sessions, calls or the database: the core hands it a struct
 * rpc_service and a table of HTTP handlers at start. */
#ifndef XAPID_RPC_SERVICE_H
#define XAPID_RPC_SERVICE_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "lib/arena.h"
#include "model/model.h"
#include "model/value.h"

enum rpc_format { RPC_XML, RPC_JSON }; /* also index of record.encoded */

struct rpc_peer {
	bool local; /* came by the local socket */
	bool tls;
	unsigned
	    certified; /* epoch of rpc/tls.h that his certificate fits, or 0 */
	uid_t uid;     /* local: SO_PEERCRED; else (uid_t)-1 */
	char address[INET6_ADDRSTRLEN]; /* of TCP clients, else "" */
	char at[INET6_ADDRSTRLEN];      /* which of ours they called, or "" */
};

/* One API call on the wire, from the decoded request to the sent reply.
 * Embedded in the connection's own state; lives until finish(). */
struct rpc_call {
	/* Set by rpc/ before start(): */
	struct arena *arena; /* holds method and params */
	const char *method;  /* "Async.VM.start", not yet looked up */
	const struct value *params;
	unsigned nparams;
	enum rpc_format format;
	struct rpc_peer peer;
	const char *user_agent;  /* "" when absent; clean text */
	const char *traceparent; /* NULL when absent or malformed */
	const char *subtask_of;  /* header subtask-of, clean; or NULL */
	bool
	    alone; /* nobody else calls on this thread: a moment's wait is well */
	/* The core calls it once, from any thread, after start() or resume()
	 * answered RPC_PARKED (possibly before that answer is seen): then
	 * resume() is due on the connection's thread. */
	void (*wake)(struct rpc_call *rc);

	/* Set by the core when the answer is RPC_DONE: */
	const struct type *type;  /* of the result */
	const void *result;       /* typed memory, until finish() */
	const char *const *error; /* code and parameters, or NULL */
	unsigned nerror;          /* at least 1 when error is set */
	bool bare;                /* XML: no Status struct (listMethods) */
	bool fault; /* error[0] is "Fault" in the original's way */
	void *core; /* the core's own */
};

/* The answer stands in the call; or wake() will be called. */
enum rpc_state { RPC_DONE, RPC_PARKED };

/* What one path has answered since the start. */
struct rpc_path_stats {
	const char *method, *path; /* constant */
	uint64_t requests;
	uint64_t closed; /* of them the last of their connection */
};

/* The O in the name of certificates that hosts make themselves. */
#define RPC_CERTIFICATE_MAKER "xapid"

struct rpc_service {
	void *core;
	/* Never blocks. */
	enum rpc_state (*start)(struct rpc_service *s, struct rpc_call *rc);
	enum rpc_state (*resume)(struct rpc_service *s, struct rpc_call *rc);
	/* The reply was sent or the client left (also while parked: after
	 * finish() wake is not called any more). Releases what the core holds. */
	void (*finish)(struct rpc_service *s, struct rpc_call *rc);
};

#endif
