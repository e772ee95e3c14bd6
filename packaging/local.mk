# SPDX-License-Identifier: LGPL-2.1-or-later

dist_man_MANS += packaging/man/xapid.8

EXTRA_DIST += \
	packaging/completion/_xe \
	packaging/completion/xe.bash \
	packaging/completion/xe.fish \
	packaging/man/xe.1.in \
	packaging/pam/xapid \
	packaging/systemd/xapid.service.in \
	packaging/systemd/xapid.sysusers \
	packaging/systemd/xapid.tmpfiles \
	packaging/xapid.conf

unitdir = $(prefix)/lib/systemd/system
nodist_unit_DATA = packaging/systemd/xapid.service
CLEANFILES += $(nodist_unit_DATA)

packaging/systemd/xapid.service: packaging/systemd/xapid.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed 's|[@]sbindir[@]|$(sbindir)|g' \
	    $(srcdir)/packaging/systemd/xapid.service.in >$@.tmp && \
	mv -f $@.tmp $@

# Ours again at every install: source:destination.
installed_data = \
	systemd/xapid.sysusers:$(prefix)/lib/sysusers.d/xapid.conf \
	systemd/xapid.tmpfiles:$(prefix)/lib/tmpfiles.d/xapid.conf \
	completion/xe.bash:$(datadir)/bash-completion/completions/xe \
	completion/_xe:$(datadir)/zsh/site-functions/_xe \
	completion/xe.fish:$(datadir)/fish/vendor_completions.d/xe.fish
# The administrator's once they are there; what was changed stays.
installed_config = \
	pam/xapid:$(sysconfdir)/pam.d/xapid \
	xapid.conf:$(sysconfdir)/xapid/xapid.conf

install-data-local:
	@for f in $(installed_data); do \
		to=$(DESTDIR)$${f#*:}; \
		$(MKDIR_P) $${to%/*} && $(INSTALL_DATA) \
		    $(srcdir)/packaging/$${f%:*} $$to || exit 1; \
	done
	@for f in $(installed_config); do \
		to=$(DESTDIR)$${f#*:}; \
		test -e $$to && continue; \
		$(MKDIR_P) $${to%/*} && $(INSTALL_DATA) \
		    $(srcdir)/packaging/$${f%:*} $$to || exit 1; \
	done

uninstall-local:
	@for f in $(installed_data) $(installed_config); do \
		to=$(DESTDIR)$${f#*:}; \
		! cmp -s $(srcdir)/packaging/$${f%:*} $$to || rm -f $$to; \
	done
