/* A sign-in: requests, answers, redemption (spec/protocol.md §8 to §10).

   Two requests of one account wait side by side: 0 was begun by the person's
   browser, 1 by an attacker who knows the password. The person approves whatever
   the phone shows, and carries what stands on the person's own screen: the number,
   or the QR code, read by the app's camera; or opens a link that the attacker sent;
   or denies; and may type the phone's response into the own browser. The network
   keeps an answer back, and sends it twice. A stranger knows all ids. The server may
   die between two transactions. The operator may stop the account or remove the phone; the
   person may report, raise an alarm or change the password.

   Each macro is a defence; 0 takes it away.
     NUMBER    what is carried is compared with what the request's own screen shows (A02)
     CAMERA    a secret counts only if the app's own camera read it: the phone drops that of a link (A83)
     ONCE      each arrow is one conditional statement (A10, A22, A58)
     OWNER     redeeming needs the pending cookie (A21)
     STOP      account and phone are looked at again when it is redeemed (A22, A23)
     CANCEL    report, alarm and password change end what was approved and not redeemed (A23)
     DECISION  the decision is part of what is signed and read (A04)
     WHOLE     redeeming and the session are one transaction (docs/decisions/0002) */
#ifndef NUMBER
#define NUMBER 1
#endif
#ifndef CAMERA
#define CAMERA 1
#endif
#ifndef ONCE
#define ONCE 1
#endif
#ifndef OWNER
#define OWNER 1
#endif
#ifndef STOP
#define STOP 1
#endif
#ifndef CANCEL
#define CANCEL 1
#endif
#ifndef DECISION
#define DECISION 1
#endif
#ifndef WHOLE
#define WHOLE 1
#endif
#define OWN 0
#define THEIRS 1
#define NOTHING 2

mtype = { waiting, approved, denied, redeemed, expired, cancelled };
mtype = { approve, deny };
mtype = { answer, response };

mtype state[2] = waiting;
byte approvals[2];              /* how often a request became approved */
byte sessions[2];               /* how many sessions came out of it */
mtype way;                      /* how the own one was approved */
bool stopped;                   /* the account, or the phone that approves */
bool anew;                      /* reported, or a new password */

bool meant[2], refused[2];      /* what the person did */
bool attacker_in, stranger_in, stopped_in, late_in;
bool deny_lost;                 /* approved, though only denied */
bool done;                      /* the own browser is signed in */

mtype sent_decision;            /* the newest answer on the wire, for who sends it again */
byte sent_request, sent_value;

inline approving(i, by) {
  state[i] = approved; approvals[i]++;
  if :: i == OWN -> way = by :: else fi;
  if :: refused[i] && !meant[i] -> deny_lost = true :: else fi
}

#define CAN_APPROVE(i) (state[i] == waiting && !stopped)

/* The arrow waiting -> approved. */
inline decide(i, by) {
  if
  :: ONCE -> d_step { if :: CAN_APPROVE(i) -> approving(i, by) :: else fi }
  :: !ONCE && CAN_APPROVE(i) -> d_step { approving(i, by) }     /* looked first, and writes now */
  :: !ONCE && !CAN_APPROVE(i) -> skip
  fi
}

/* What the server does with an answer, §8.5. */
inline judge(i, decision, value) {
  if
  :: DECISION && decision == deny -> d_step { if :: state[i] == waiting -> state[i] = denied :: else fi }
  :: NUMBER && decision == approve && value != i -> skip        /* of another screen */
  :: else -> decide(i, answer)
  fi
}

inline session(i) {
  sessions[i]++;
  if :: stopped -> stopped_in = true :: else fi;
  if :: anew -> late_in = true :: else fi
}

#define CAN_REDEEM(i) (state[i] == approved && !(STOP && stopped))

/* The arrow approved -> redeemed, and the session. */
inline redeem(i, won) {
  if
  :: ONCE && WHOLE -> d_step { if :: CAN_REDEEM(i) -> state[i] = redeemed; session(i); won = true :: else fi }
  :: !ONCE && WHOLE && CAN_REDEEM(i) -> d_step { state[i] = redeemed; session(i); won = true }
  :: d_step { !WHOLE && CAN_REDEEM(i) -> state[i] = redeemed }; if :: d_step { session(i); won = true } :: skip fi     /* dies */
  :: !(ONCE && WHOLE) && !CAN_REDEEM(i) -> skip
  fi
}

#define DECIDED(i) (state[i] != waiting)

active [2] proctype OwnTab() { bool won;        /* one browser, two tabs */
  DECIDED(OWN); redeem(OWN, won); if :: won -> done = true :: else fi }

active proctype AttackerTab() { bool won;
  DECIDED(THEIRS); redeem(THEIRS, won); if :: won -> attacker_in = true :: else fi }

active proctype Stranger() { bool won;          /* the right id, and no cookie */
  DECIDED(OWN);
  if :: !OWNER -> redeem(OWN, won); if :: won -> stranger_in = true :: else fi :: else fi }

inline send(i, decision, value) {
  d_step { if :: decision == approve -> meant[i] = true :: else -> refused[i] = true fi;
           sent_request = i; sent_decision = decision; sent_value = value };
  judge(i, decision, value)
}

inline look(i) {
  if
  :: send(i, approve, OWN)                              /* with what the own screen shows */
  :: i == THEIRS -> send(i, approve, (CAMERA -> OWN : THEIRS))   /* from a link: the number is asked */
  :: send(i, deny, NOTHING)
  :: skip
  fi
}

active proctype Phone() {
  if :: look(OWN); look(THEIRS) :: look(THEIRS); look(OWN) fi }

active proctype Offline() {     /* a right response, in the own browser */
  if :: meant[OWN] = true; decide(OWN, response) :: skip fi }

active proctype Network() { byte i, v; mtype d;
  if
  :: d_step { sent_decision != 0 -> i = sent_request; d = sent_decision; v = sent_value }; judge(i, d, v)
  :: skip
  fi }

#define OPEN(i) (state[i] == waiting || state[i] == approved)
#define ENDS(i) (state[i] == waiting || CANCEL && state[i] == approved)

inline cancel(i) { if :: ENDS(i) -> state[i] = cancelled :: else fi }

active proctype World() {
end:
  do
  :: d_step { OPEN(OWN) -> state[OWN] = expired }
  :: d_step { OPEN(THEIRS) -> state[THEIRS] = expired }
  :: d_step { !stopped && !anew -> stopped = true }
  :: d_step { !stopped && !anew && (state[OWN] == approved || state[THEIRS] == approved) -> anew = true; cancel(OWN); cancel(THEIRS) }
  od }

#define NO_HIJACK   (!attacker_in)
#define ONE         (approvals[0] <= 1 && approvals[1] <= 1 && sessions[0] <= 1 && sessions[1] <= 1)
#define OWNED       (!stranger_in)
#define STOPPED     (!stopped_in)
#define ANEW        (!late_in)
#define DENIED      (!deny_lost)
#define KEPT        (state[OWN] != redeemed || sessions[OWN] > 0)

ltl safe          { [] (NO_HIJACK && ONE && OWNED && STOPPED && ANEW && DENIED && KEPT) }
ltl no_hijack     { [] NO_HIJACK }      /* the attacker's browser gets no session */
ltl once          { [] ONE }            /* one approval, also by phone and response at once, and one session */
ltl owner         { [] OWNED }          /* none without the pending cookie */
ltl stop          { [] STOPPED }        /* none after account or phone were stopped */
ltl anew_counts   { [] ANEW }           /* none of what was begun before a report or a new password */
ltl deny_counts   { [] DENIED }         /* what was only denied is never approved */
ltl kept          { [] KEPT }           /* what is used up has given its session, also if the server dies */
ltl never_done    { [] !(done && way == answer) }       /* must be violated: one can sign in by phone */
ltl never_offline { [] !(done && way == response) }     /* must be violated: and by the response */
