/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the network worker is told of the host's addresses on an interface. */
#ifndef XAPID_PIF_SETTING_H
#define XAPID_PIF_SETTING_H

#include "plan/plan.h"

/* Of one family. Text is borrowed, from the record or the plan's arena. */
struct pif_setting {
	int64_t family;   /* 4 or 6 */
	const char *mode; /* as the API names it: "Static" */
	const char *ip;   /* "": none */
	int64_t prefix;
	const char *gateway, *dns; /* "": none, as they are */
};

/* As the API has them: netmask "255.255.255.0". */
struct pif_setting pif_setting_v4(const char *mode, const char *ip,
    const char *netmask, const char *gateway, const char *dns);
/* cidr: "fd00::1/64". */
struct pif_setting pif_setting_v6(struct arena *a, const char *mode,
    const char *cidr, const char *gateway, const char *dns);
/* What the record says. Who gives addresses by DHCP is started again only when
 * it was we who started it. */
struct pif_setting pif_setting_recorded(struct plan *p, const struct pif *pif,
    int family);
/* Asks the worker for it, with the gateway where the host's way out is. */
int pif_setting_send(struct plan *p, const struct pif *pif,
    const struct pif_setting *s);

#endif
