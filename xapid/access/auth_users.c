/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access/auth_users.h"

#include <crypt.h>
#include <stdio.h>
#include <string.h>

#include "lib/fault.h"
#include "lib/text.h"

struct auth_users {
	char *text; /* the file, cut into strings */
	size_t n;
	struct auth_user users[]; /* by name */
};

/* ---- reading ---- */

static bool
name_is_good(const char *s)
{
	size_t n = strspn(s,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._-@\\+$");

	return n > 0 && n <= AUTH_NAME_MAX && !s[n];
}

static bool
is_locked(const char *hash)
{
	return *hash == '!' || *hash == '*';
}

/* Nearly any text would do as one of the old methods' settings, a password in
 * the clear as well: so only those that name their method. */
static bool
hash_is_good(const char *hash)
{
	int r = crypt_checksalt(hash);

	return *hash == '$' && strlen(hash) < AUTH_HASH_MAX &&
	    (r == CRYPT_SALT_OK || r == CRYPT_SALT_METHOD_LEGACY ||
		r == CRYPT_SALT_TOO_CHEAP);
}

static const char *
hash_complaint(const char *hash)
{
	if (is_locked(hash))
		return NULL;
	if (!*hash)
		return "the password hash is missing";
	if (!hash_is_good(hash))
		return "the password hash is none of crypt(3)";
	return NULL;
}

static const struct role_info *
find_role(const char *name)
{
	for (unsigned i = 0; i < role_count; i++)
		if (strcmp(role_table[i].name, name) == 0)
			return role_table[i].internal ? NULL : &role_table[i];
	return NULL;
}

/* One line, which is cut up. Why it is wrong, or NULL. */
static const char *
read_line(char *line, struct auth_user *u)
{
	char *hash = strchr(line, ':');
	char *role = hash ? strchr(hash + 1, ':') : NULL;

	if (!role)
		return "want name:hash:role";
	*hash++ = '\0';
	*role++ = '\0';
	if (!name_is_good(line))
		return "the name is empty, too long or has odd characters";
	if (*role && !find_role(role))
		return "no such role";
	u->name = line;
	u->hash = hash;
	u->locked = is_locked(hash);
	u->roles = *role ? role_find(role) : 0;
	return hash_complaint(hash);
}

static int
by_name(const void *a, const void *b)
{
	const struct auth_user *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->line < y->line ? -1 : 1);
}

/* Of two lines with one name the first counts. */
static void
drop_doubles(struct auth_users *u,
    void (*report)(void *arg, unsigned line, const char *why), void *arg)
{
	size_t kept = 0;

	qsort(u->users, u->n, sizeof(*u->users), by_name);
	for (size_t i = 0; i < u->n; i++) {
		if (kept &&
		    strcmp(u->users[kept - 1].name, u->users[i].name) == 0)
			report(arg, u->users[i].line, "this name stands above");
		else
			u->users[kept++] = u->users[i];
	}
	u->n = kept;
}

static size_t
count_lines(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

struct auth_users *
auth_users_parse(const char *text, size_t len,
    void (*report)(void *arg, unsigned line, const char *why), void *arg)
{
	size_t lines = count_lines(text, len);
	struct auth_users *u =
	    fault_calloc(1, sizeof(*u) + lines * sizeof(*u->users));
	unsigned number = 0;
	char *next;

	if (!u || !(u->text = fault_malloc(len + 1))) {
		free(u);
		return NULL;
	}
	if (len)
		memcpy(u->text, text, len);
	u->text[len] = '\0';
	next = u->text;
	/* A NUL ends the file: what follows is no text. */
	while (next) {
		char *line = strsep(&next, "\n");
		const char *why;

		number++;
		if (!*line || *line == '#')
			continue;
		why = read_line(line, &u->users[u->n]);
		if (why)
			report(arg, number, why);
		else
			u->users[u->n++].line = number;
	}
	drop_doubles(u, report, arg);
	return u;
}

void
auth_users_free(struct auth_users *u)
{
	if (!u)
		return;
	free(u->text);
	free(u);
}

/* ---- looking up ---- */

static int
compare_name(const void *name, const void *user)
{
	return strcmp(name, ((const struct auth_user *)user)->name);
}

const struct auth_user *
auth_users_find(const struct auth_users *u, const char *name)
{
	return bsearch(name, u->users, u->n, sizeof(*u->users), compare_name);
}

size_t
auth_users_count(const struct auth_users *u)
{
	return u->n;
}

const struct auth_user *
auth_users_at(const struct auth_users *u, size_t i)
{
	return &u->users[i];
}

/* Hashes of several methods may stand in the file: an unknown name costs what
 * some user's costs, so that the time tells nothing. */
const char *
auth_users_decoy(const struct auth_users *u, const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 16777619u;
	for (size_t i = 0; i < u->n; i++) {
		const struct auth_user *user = &u->users[(h + i) % u->n];

		if (!user->locked)
			return user->hash;
	}
	return NULL;
}

/* ---- changing ---- */

/* Whether the line is that of this user. */
static bool
line_is_of(const char *line, size_t len, const char *name)
{
	size_t n = strlen(name);

	return len > n && memcmp(line, name, n) == 0 && line[n] == ':';
}

int
auth_users_rewrite(const char *text, size_t len, const char *name,
    const char *hash, struct bytes *out)
{
	const char *end = text + len;
	bool found = false;

	while (text < end) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((nl ? nl + 1 : end) - text);
		const char *role;

		if (!found && line_is_of(text, n, name) &&
		    (role = memchr(text + strlen(name) + 1, ':',
			 n - strlen(name) - 1))) {
			bytes_puts(out, name);
			bytes_putc(out, ':');
			bytes_puts(out, hash);
			bytes_put(out, role, (size_t)(text + n - role));
			found = true;
		} else {
			bytes_put(out, text, n);
		}
		text += n;
	}
	return found && !out->failed ? 0 : -1;
}

/* ---- hashes ---- */

bool
auth_hash_fits(const char *hash, const char *password)
{
	struct crypt_data *data = fault_calloc(1, sizeof(*data));
	const char *made;
	bool fits;

	if (!data)
		return false;
	made = crypt_rn(password, hash, data, sizeof(*data));
	fits = made && *made != '*' && text_equal_secret(made, hash);
	explicit_bzero(data, sizeof(*data));
	free(data);
	return fits;
}

void
auth_hash_new(const char *password, char out[AUTH_HASH_MAX])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	struct crypt_data *data = fault_calloc(1, sizeof(*data));
	const char *made = NULL;

	*out = '\0';
	if (!data)
		return;
	if (crypt_gensalt_rn(NULL, 0, NULL, 0, setting, sizeof(setting)))
		made = crypt_rn(password, setting, data, sizeof(*data));
	if (made && *made != '*' && strlen(made) < AUTH_HASH_MAX)
		snprintf(out, AUTH_HASH_MAX, "%s", made);
	explicit_bzero(data, sizeof(*data));
	free(data);
}
