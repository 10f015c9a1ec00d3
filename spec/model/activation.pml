/* An activation (spec/protocol.md §6): the person's phone, and somebody who has
   photographed the code, or knows the password of an account without a phone.

   Code 0 is the person's first, 1 a newer one that the person may ask for, 2 one that
   the attacker's own password session makes for the attacker's own phone, at any time:
   before the account has a phone that can't be stopped (§2.2), after it must be. The
   network may lose the answer to a redeem. The server may die between two
   transactions. Guessing six digits is not modelled.

   Each macro is a defence; 0 takes it away.
     SINGLE   redeeming is one conditional statement (A35)
     CHECK    the person types the digits of the own phone (A34)
     SESSION  the check code is taken only from the session that made the code (A40)
     LOOK     looking does not use the code up (A36)
     REPEAT   the same redeem again gets the same answer (A37)
     NEWER    a newer code ends the older one (A48)
     FIRST    whether the account has had a phone is looked at in the transactions that
              begin and end an activation (A41)
     WHOLE    activation and device become active in one transaction */
#ifndef SINGLE
#define SINGLE 1
#endif
#ifndef CHECK
#define CHECK 1
#endif
#ifndef SESSION
#define SESSION 1
#endif
#ifndef LOOK
#define LOOK 1
#endif
#ifndef REPEAT
#define REPEAT 1
#endif
#ifndef NEWER
#define NEWER 1
#endif
#ifndef FIRST
#define FIRST 1
#endif
#ifndef WHOLE
#define WHOLE 1
#endif
#define PERSON 1
#define ATTACKER 2
#define CODE (newer -> 1 : 0)   /* the one that the person's page shows */

mtype = { none, waiting, redeemed, checking, active_, over };

mtype state[3] = none;
byte owner[3];                  /* whose key the activation holds */
byte redeems[3];
byte devices;                   /* of the account */
bool newer;                     /* the person has asked for a newer code */
bool digits;                    /* the person's phone shows its digits */
bool lost;                      /* the first answer to its redeem */

bool attacker_active;           /* by a code of the person's */
bool person_active;
bool burnt;                     /* by looking */
bool old_used;                  /* the code that a newer one had replaced was redeemed */

#define OPEN(c) (state[c] == waiting || state[c] == redeemed || state[c] == checking)
#define MAY (!(FIRST && devices > 0))

inline device_of(c) {
  devices++;
  if
  :: owner[c] == PERSON -> person_active = true
  :: owner[c] == ATTACKER && c != 2 -> attacker_active = true
  :: else
  fi
}

/* The arrow checking -> active. */
inline activate(c) {
  if
  :: WHOLE -> d_step { if :: state[c] == checking && MAY -> state[c] = active_; device_of(c) :: else fi }
  :: d_step { !WHOLE && state[c] == checking && MAY -> state[c] = active_ };
     if :: d_step { device_of(c) } :: skip fi           /* dies */
  :: !WHOLE && !(state[c] == checking && MAY) -> skip
  fi
}

inline redeeming(c, who) {
  state[c] = redeemed; owner[c] = who; redeems[c]++;
  if :: c == 0 && newer -> old_used = true :: else fi
}

inline redeem(c, who, ok) {
  if
  :: SINGLE -> d_step { if :: state[c] == waiting -> redeeming(c, who); ok = true :: else fi }
  :: !SINGLE && state[c] == waiting -> d_step { redeeming(c, who); ok = true }  /* looked first, and writes now */
  :: !SINGLE && state[c] != waiting -> skip
  fi
}

inline finish(c, who, ok) {
  d_step { if :: state[c] == redeemed && owner[c] == who -> state[c] = checking :: else ok = false fi };
  if :: ok && !CHECK -> activate(c) :: else fi
}

active proctype Preview() {     /* a link preview, or a page that is opened twice */
  if :: d_step { !LOOK && state[0] == waiting -> state[0] = over; burnt = true } :: skip fi }

active proctype PersonPhone() { bool ok; byte c;
  state[0] != none;
  c = CODE;                     /* reads it off the page */
  redeem(c, PERSON, ok);
  if
  :: ok -> lost = true;         /* the phone asks again, with the same keys */
     ok = (REPEAT && state[c] == redeemed && owner[c] == PERSON)
  :: skip
  fi;
  if :: ok -> finish(c, PERSON, ok); digits = ok :: else fi }

active proctype AttackerPhone() { bool ok;
  if
  :: state[0] == waiting -> redeem(0, ATTACKER, ok); if :: ok -> finish(0, ATTACKER, ok) :: else fi
  :: skip
  fi }

active proctype AttackerBrowser() {     /* reads the digits off the attacker's phone */
  if :: !SESSION && state[0] == checking && owner[0] == ATTACKER -> activate(0) :: skip fi }

active proctype AttackerSession() {     /* the password alone */
  if
  :: d_step { MAY -> owner[2] = ATTACKER; state[2] = checking;
       if :: NEWER && OPEN(0) -> state[0] = over :: else fi;
       if :: NEWER && OPEN(1) -> state[1] = over :: else fi };
     activate(2)
  :: skip
  fi }

active proctype Browser() {
  d_step { state[0] = waiting; if :: NEWER && OPEN(2) -> state[2] = over :: else fi };
  do
  :: digits && state[CODE] == checking ->
     if :: owner[CODE] == PERSON -> activate(CODE) :: else -> state[CODE] = over fi
  :: d_step { !newer && !digits && OPEN(0) -> newer = true; state[1] = waiting;
       if :: NEWER -> state[0] = over :: else fi;
       if :: NEWER && OPEN(2) -> state[2] = over :: else fi }
  :: d_step { OPEN(CODE) -> state[CODE] = over }        /* the person gives up, or time is over */
  :: !OPEN(CODE) -> break
  od }

#define MINE    (!attacker_active)
#define ONE     (redeems[0] <= 1 && redeems[1] <= 1)
#define UNBURNT (!burnt)
#define NEWEST  (!old_used)
#define ALONE   (devices <= 1)
#define ENTIRE  ((state[0] == active_) + (state[1] == active_) + (state[2] == active_) == devices)

ltl safe        { [] (MINE && ONE && UNBURNT && NEWEST && ALONE && ENTIRE) }
ltl mine        { [] MINE }     /* no device of somebody who saw the code */
ltl one         { [] ONE }      /* a code is redeemed once */
ltl preview     { [] UNBURNT }  /* looking does not end it */
ltl newest      { [] NEWEST }   /* nor does the older code work, once there is a newer */
ltl first       { [] ALONE }    /* the password alone adds no phone to an account that has one */
ltl whole       { [] ENTIRE }   /* an activation that ended well has its device, also if the server dies */
ltl never_done  { [] !(person_active && !lost) }        /* must be violated: an honest activation is possible */
ltl never_after { [] !(person_active && lost) }         /* must be violated: also after a lost answer */
