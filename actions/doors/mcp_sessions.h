/* SPDX-License-Identifier: MIT */
#ifndef ACTIONS_MCP_SESSIONS_H
#define ACTIONS_MCP_SESSIONS_H

#include <pthread.h>

#include "actions/doors/mcp.h"
#include "base/list.h"

/*
 * Sessions of the older revisions over HTTP (Model Context Protocol specification, 2025-11-25, "Session Management"):
 * what `initialize` agreed, and the questions to the person that are open. A session belongs to whom it was begun by:
 * its id in somebody else's hands opens nothing.
 */
#define MCP_SESSION_ROOM 40	       /* characters of an id and its end            */
#define MCP_SESSIONS_MOST 1000	       /* then the one used longest ago has to go    */
#define MCP_SESSION_IDLE INT64_C(3600) /* seconds without use after which it ends */

struct mcp_session {
	char id[MCP_SESSION_ROOM];
	char person[DIGEST_HEX]; /* digest of the user id; "" for nobody */
	struct mcp mcp;
	int64_t used;
	unsigned holders;
	pthread_mutex_t lock; /* around what follows; taken before that of mcp, never within it */
	pthread_cond_t news;
	bool ended;
	json_t *answers; /* of the person, by question; until who waits for it takes it */
};

struct mcp_sessions {
	pthread_mutex_t lock;
	struct list all; /* the one used last at the end */
};

void mcp_sessions_init(struct mcp_sessions *s);
void mcp_sessions_end(struct mcp_sessions *s);	 /* ends all: nobody waits any longer */
void mcp_sessions_clear(struct mcp_sessions *s); /* when nobody holds one            */

/* Whose a session is, as the proof says. */
void mcp_person(struct agent *a, const struct evidence *who, char out[DIGEST_HEX]);

/* A new one, or the one of an id and a person (NULL: there is none), held until mcp_session_drop. */
struct mcp_session *mcp_session_begin(struct mcp_sessions *s, struct agent *a, const char *person, int64_t now);
struct mcp_session *mcp_session_take(struct mcp_sessions *s, const char *id, const char *person, int64_t now);
void mcp_session_drop(struct mcp_sessions *s, struct mcp_session *one);
bool mcp_session_end(struct mcp_sessions *s, const char *id, const char *person); /* false: there is none */

/* Hands an answer to whoever waits for it; what nobody asked is dropped. */
void mcp_session_tell(struct mcp_session *one, const json_t *message);
/* Has those who wait look whether there is still something to wait for. */
void mcp_session_nudge(struct mcp_session *one);
/*
 * Waits for the answer to a question: a new reference. NULL when *gone was set (and a nudge followed), the session has
 * ended, or the call was cancelled.
 */
json_t *mcp_session_wait(struct mcp_session *one, const char *question, const bool *gone);

#endif
