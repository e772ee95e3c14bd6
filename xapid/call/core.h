/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's state: one of it, made by main.c, passed to everything. */
#ifndef XAPID_CORE_H
#define XAPID_CORE_H

#include "call/timer.h"
#include "db/db.h"
#include "lib/threads.h"

struct sessions;    /* session.c */
struct auth;        /* auth.c */
struct switchboard; /* switch.c */
struct plans;       /* plan.c */
struct vmss_timer;  /* vmss_timer.c */

/* What the configuration says of plain HTTP; as stored: host.https_only of this
 * host decides, and calls may change it. */
enum https_only { HTTPS_ONLY_AS_STORED, HTTPS_ONLY_NO, HTTPS_ONLY_YES };

struct call;
struct rpc_path_stats;

/* What the command line and /etc/xapid/xapid.conf say; strings owned by
 * main.c for the daemon's life. */
struct core_config {
	const char *state_dir;  /* database, blobs, audit log, certificate */
	const char *users_file; /* NULL: PAM */
	const char *plugin_dirs[4];    /* NULL-terminated */
	const char *extension_dirs[4]; /* the same */
	unsigned plugin_timeout_s;     /* 7,200 */
	const char *vm_plugins; /* names, "a,b": VM.call_host_plugin for all */
	unsigned worker_deadline_s; /* 60 */
	const char *backend;        /* "simulator" or "libxl" */
	/* software_version and friends; see host_identity.c */
	const char *product_brand, *product_version, *platform_version;
	unsigned max_sessions_per_user;       /* 500 */
	unsigned max_sessions_per_originator; /* 500 */
	unsigned session_idle_s;              /* 86,400 */
	unsigned task_done_s, task_pending_s; /* 3,900 and 86,400 */
	unsigned max_event_calls_per_user;    /* parked event.from, 64 */
	unsigned max_tasks_per_user;          /* 10,000 */
	unsigned max_messages;                /* 10,000, oldest go first */
	uint64_t max_blob_bytes;              /* of one blob, 64 MiB */
	const char *call_costs_file;          /* or NULL: limit_costs.h */
	unsigned max_auto_callers;            /* Caller rows of our own, 0 */
	enum https_only https_only;
};

struct core {
	const struct core_config *config;
	struct db *db;
	struct threads *threads; /* calls that block, Async calls */
	struct timers *timers;
	struct sessions *sessions;
	struct auth *auth;
	struct switchboard *switchboard; /* to the workers */
	struct plans *plans;
	struct vmss_timer *vmss_timer; /* of snapshot schedules */
	/* The wire's certificate, as rpc/rpc.h; set by main.c, where there is
	 * one to show. */
	int (*make_certificate)(const char *path, const char *const names[],
	    char *err, size_t err_size);
	int (
	    *reload_certificate)(struct core *core, char *err, size_t err_size);
	/* From now on clients with a certificate of this name, that one of these
	 * authorities stands behind, are rpc_peer.certified = epoch; name NULL:
	 * nobody. NULL when nothing serves TLS. trust/client_certificates.c */
	int (*set_clients)(struct core *core, const char *name,
	    const char *authorities, const char *revoked, unsigned epoch,
	    char *err, size_t err_size);
	_Atomic unsigned client_epoch; /* that lets in; 0: none */
	/* NULL when nothing serves TLS: then plain HTTP cannot be refused. */
	void (*set_https_only)(struct core *core, bool on);
	/* Called with each call that ends while somebody observes, else NULL:
	 * support/observer.h. */
	void (*_Atomic traced)(const struct call *c);
	/* Calls are counted and may have to wait: access/limits.h. */
	_Atomic bool limiting;
	/* Of the n-th path of the wire; false: there is none, or no wire. */
	bool (*path_stats)(struct core *core, unsigned n,
	    struct rpc_path_stats *out);
	/* What else follows of a field that a default setter (implicit.c) has
	 * changed, in its transaction; NULL: nothing. */
	void (*when_set)(struct tx *t, int cls, struct ref self, int field);
	/* Whether only this machine is answered; NULL in tests without a wire. */
	void (*set_local_only)(struct core *core, bool on);
	bool new_pool;           /* this start made the pool */
	struct ref pool, host;   /* this pool; this host (localhost) */
	int64_t started;         /* seconds since 1970 */
	const char *certificate; /* path of the PEM file, or NULL */
	_Atomic bool stopping;
};

#endif
