/*
 * Signals. The one mutable global of the program: a handler can reach nothing else.
 */
#include "signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int caught;

/* SA_RESETHAND: the second signal of a kind takes its default action and ends the program. */
static void note(int number)
{
	atomic_store(&caught, number);
}

void signals_init(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void signals_catch(void)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND | SA_RESTART};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

void signals_note(int number)
{
	note(number);
}

int signals_caught(void)
{
	return atomic_load_explicit(&caught, memory_order_relaxed);
}
