/*
 * Signals. Globals: a handler can reach nothing else.
 */
#include "signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdbool.h>

static atomic_int caught;
static atomic_bool hungup;

/* SA_RESETHAND: the second signal of a kind takes its default action and ends the program. */
static void note(int number)
{
	atomic_store(&caught, number);
}

static void note_hangup(int number)
{
	(void)number;
	atomic_store(&hungup, true);
}

/* What asks a program to end: a person, a batch system, a terminal that goes, a limit of CPU
 * time. */
static const struct {
	int number;
	bool unless_ignored; /* nohup(1) means it; a shell's `&` does not mean SIGINT of kill(1) */
	const char *name;
} endings[] = {
	{SIGINT, false, "SIGINT"},
	{SIGTERM, false, "SIGTERM"},
	{SIGHUP, true, "SIGHUP"},
	{SIGXCPU, true, "SIGXCPU"},
};

enum { N_ENDINGS = sizeof(endings) / sizeof(endings[0]) };

void signals_init(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void signals_catch(void)
{
	struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
	struct sigaction old;

	sigemptyset(&action.sa_mask);
	for (int i = 0; i < N_ENDINGS; i++)
		if (!endings[i].unless_ignored || sigaction(endings[i].number, NULL, &old) ||
		    (old.sa_handler != SIG_IGN && old.sa_handler != note_hangup))
			sigaction(endings[i].number, &action, NULL);
}

void signals_release(void)
{
	struct sigaction old;

	for (int i = 0; i < N_ENDINGS; i++)
		if (sigaction(endings[i].number, NULL, &old) == 0 && old.sa_handler == note)
			signal(endings[i].number, SIG_DFL);
	if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler == note_hangup)
		signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
}

void signals_hangup_asks(void)
{
	struct sigaction action = {.sa_handler = note_hangup, .sa_flags = SA_RESTART};

	sigemptyset(&action.sa_mask);
	sigaction(SIGHUP, &action, NULL);
}

bool signals_hungup(void)
{
	return atomic_load_explicit(&hungup, memory_order_relaxed) &&
	       atomic_exchange(&hungup, false);
}

void signals_note(int number)
{
	note(number);
}

int signals_caught(void)
{
	return atomic_load_explicit(&caught, memory_order_relaxed);
}

const char *signals_name(void)
{
	int number = signals_caught();

	for (int i = 0; i < N_ENDINGS; i++)
		if (endings[i].number == number)
			return endings[i].name;
	return number ? "a signal" : NULL;
}
