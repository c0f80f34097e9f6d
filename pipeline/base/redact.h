/*
 * Addresses without their secrets: user:password@, and the values of parameters that sign or
 * authorise a request (signatures, tokens, keys). Whatever a person or a file gets to see of a
 * name passes here.
 */
#ifndef IMGPIPE_REDACT_H
#define IMGPIPE_REDACT_H

/*
 * In place: secrets become "***", shorter ones as many "*" as they have bytes, so it never grows.
 * Texts without "://" or a parameter of such a name stay as they are. Pure, thread-safe.
 */
void redact(char *text);

#endif
