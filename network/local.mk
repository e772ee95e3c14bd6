# SPDX-License-Identifier: LGPL-2.1-or-later

network_parts = \
	network/address.c \
	network/address.h \
	network/autoconf.c \
	network/autoconf.h \
	network/bond.c \
	network/bridge.c \
	network/configure.c \
	network/filter.c \
	network/filter.h \
	network/lease.c \
	network/lease.h \
	network/link.c \
	network/link.h \
	network/names.c \
	network/names.h \
	network/network.h \
	network/nics.c \
	network/property.c \
	network/uplink.c

pkglibexec_PROGRAMS += network/xapid-network
network_xapid_network_SOURCES = \
	$(network_parts) \
	network/follow.c \
	network/follow.h \
	network/sim.c \
	network/worker.c
network_xapid_network_LDADD = libxapidworker.a libxapidmodel.a libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)

pkglibexec_PROGRAMS += network/xapid-lease
network_xapid_lease_SOURCES = \
	network/address.c \
	network/address.h \
	network/lease.h \
	network/lease_program.c \
	network/link.c \
	network/link.h \
	network/names.c \
	network/names.h
network_xapid_lease_LDADD = libxapidlib.a $(DEPS_LIBS) $(SYSTEMD_LIBS)
