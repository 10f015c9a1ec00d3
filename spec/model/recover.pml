/* Setting up a phone without the old one (spec/protocol.md §12.3 to §12.5).

   Either the person has lost the phone, and somebody who found it unlocked plays with
   it, without the PIN; or the person still has it, and a thief comes with the password
   and perhaps with one stolen recovery code. Who has the old phone hears of the new one
   and may raise an alarm; the person does before the 24 hours are over.

   Each macro is a defence; 0 takes it away.
     CODE       an account that has a phone takes another by approval or recovery code only, also if the
                phone was locked on purpose (A41, A43)
     SPENT      a recovery code is spent by one conditional statement (A61)
     PROBATION  a phone set up by code changes nothing for 24 hours (A62)
     LATER      the phone named as lost is suspended, and removed only when probation ends: till then it can raise
                an alarm (A62)
     ALARM      the alarm suspends the phone on probation (A62)
     PROOF      only with the PIN (A89)
     STAYS      a phone that was locked for wrong PINs stays locked when it is named as lost (A62)
     WHOLE      the new phone becomes active and the old one is suspended in one transaction */
#ifndef CODE
#define CODE 1
#endif
#ifndef SPENT
#define SPENT 1
#endif
#ifndef PROBATION
#define PROBATION 1
#endif
#ifndef LATER
#define LATER 1
#endif
#ifndef ALARM
#define ALARM 1
#endif
#ifndef PROOF
#define PROOF 1
#endif
#ifndef STAYS
#define STAYS 1
#endif
#ifndef WHOLE
#define WHOLE 1
#endif
#define PERSON 1
#define OTHER 2                 /* thief, or finder of the phone */

mtype = { unset, active_, suspended, pin_locked, removed };

byte who;                       /* sets up the new phone; the old one is in the other's hands */
bool locked;                    /* the old phone, before any of this */
bool code;                      /* who has a recovery code */
mtype old, phone = unset;
bool unspent = true;
byte sessions;                  /* by that code */
bool probation, alarmed, resumed;
bool uncoded;                   /* the account got another phone without a code */
bool changed;                   /* a security setting, by the new phone */

init {
  if :: who = PERSON; code = true :: who = OTHER; code = true :: who = OTHER fi;
  if :: old = active_ :: old = pin_locked; locked = true fi;
  atomic { run Browser(); run Browser(); run Phone(); run Alarm(); run Time(); run Operator() }
}

proctype Browser() {            /* password and code; two of them, at once */
  if
  :: code && SPENT -> d_step { if :: unspent -> unspent = false; sessions++ :: else fi }
  :: code && !SPENT && unspent -> d_step { unspent = false; sessions++ }        /* looked first, and writes now */
  :: else
  fi }

inline lose() {                 /* what becomes of the phone named as lost */
  if
  :: old == pin_locked && STAYS -> skip
  :: !(old == pin_locked && STAYS) && LATER -> old = suspended
  :: !(old == pin_locked && STAYS) && !LATER -> old = removed
  fi
}

#define MAY_SET_UP (sessions > 0 || !CODE)

proctype Phone() {
  if
  :: WHOLE -> d_step { MAY_SET_UP -> phone = active_; probation = true; uncoded = (sessions == 0); lose() }
  :: !WHOLE -> d_step { MAY_SET_UP -> phone = active_; probation = true; uncoded = (sessions == 0) }; if :: d_step { lose() } :: skip fi  /* dies */
  :: true -> goto out
  fi;
  do
  :: d_step { phone == active_ && !(PROBATION && probation) -> changed = true }; break
  :: break
  od;
out: skip }

#define CAN_ALARM (phone == active_ && probation && (old == suspended || old == pin_locked))

proctype Alarm() {
  if
  :: d_step { CAN_ALARM ->
       alarmed = true;
       if
       :: ALARM && (!PROOF || (who == OTHER && old == suspended)) -> phone = suspended
       :: else
       fi }
  :: who == PERSON -> skip      /* the finder does nothing */
  :: phone != unset && !CAN_ALARM -> skip
  fi }

proctype Time() {               /* 24 hours; the person has raised the alarm by then, if the phone could */
  if
  :: d_step { probation && (who == PERSON || alarmed || !CAN_ALARM) ->
       probation = false;
       if :: old == suspended || old == pin_locked -> old = removed :: else fi }
  :: true -> skip
  fi }

proctype Operator() {           /* or another phone: takes up again what was suspended */
  if :: d_step { old == suspended && who == PERSON -> old = active_; resumed = true } :: skip fi }

#define CODED    (!uncoded)
#define SPENT_1  (sessions <= 1)
#define KEPT     (!(changed && who == OTHER && !locked))    /* a locked phone can only call the operator */
#define EARLY    (!(changed && probation))
#define STANDS   (!(phone == suspended && who == PERSON))
#define LOCKED   (!(locked && old == active_))
#define ENTIRE   (!(phone == active_ && old == active_ && !resumed))

ltl safe        { [] (CODED && SPENT_1 && KEPT && EARLY && STANDS && LOCKED && ENTIRE) }
ltl coded       { [] CODED }    /* no second phone by the password alone */
ltl spent       { [] SPENT_1 }  /* a code signs in once */
ltl kept        { [] KEPT }     /* the thief's phone changes nothing, ever */
ltl early       { [] EARLY }    /* no phone on probation does */
ltl stands      { [] STANDS }   /* who finds the old phone doesn't stop the new one */
ltl stays       { [] LOCKED }   /* a locked phone never answers again */
ltl whole       { [] ENTIRE }   /* never are both accepted, also if the server dies */
ltl never_done  { [] !(who == PERSON && changed) }  /* must be violated: one gets back all that one could do */
