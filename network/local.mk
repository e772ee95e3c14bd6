# SPDX-License-Identifier: LGPL-2.1-or-later

network_parts = \
	network/address.c \
	network/address.h \
	network/bond.c \
	network/bridge.c \
	network/configure.c \
	network/filter.c \
	network/filter.h \
	network/link.c \
	network/link.h \
	network/network.h \
	network/nics.c \
	network/uplink.c

pkglibexec_PROGRAMS += network/xapid-network
network_xapid_network_SOURCES = \
	$(network_parts) \
	network/sim.c \
	network/worker.c
network_xapid_network_LDADD = libxapidworker.a libxapidmodel.a libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)
