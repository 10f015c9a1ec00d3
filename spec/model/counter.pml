/* A phone whose storage was copied (spec/protocol.md §8.6, §10): the counter, and the
   response codes.

   The real phone answers request after request, each with the next counter, in a call
   with the nonce that it got last. The network may keep an answer back and bring it
   later; the phone then repeats it. Somebody may have copied the storage, and answers
   whatever the copy likes, with any larger counter, also between any two steps of the
   real phone: a deny needs no unlock. Who has the copy and the password can show the
   phone's responses too.

   A nonce is the largest counter that the server had accepted when it made it: that is
   all that one has to know of its age. Two late answers are a copy here instead of
   three, to keep the number of states small.

   Each macro is a defence; 0 takes it away.
     STAYS  a late answer that was asked for after a larger one was accepted isn't forgotten (A103)
     FIRST  it is compared with the first acceptance of a larger one, not with the newest (A103)
     NEWER  a late answer that was asked for before counts only until one is accepted (A80)
     ANEW   an answer that another one of the phone has overtaken is not repeated (A103)
     SEEN   a response signs in, and approves nothing that the phone would have to show (A102) */
#ifndef STAYS
#define STAYS 1
#endif
#ifndef FIRST
#define FIRST 1
#endif
#ifndef NEWER
#define NEWER 1
#endif
#ifndef ANEW
#define ANEW 1
#endif
#ifndef SEEN
#define SEEN 1
#endif
#define LATE 2
#define ANSWERS 4               /* of the real phone; one less of the copy */
#define TOP 19                  /* largest counter here */
#define NOBODY 0
#define REAL 1
#define COPY 2

byte top;                       /* the largest counter that was accepted */
byte known[TOP + 1];            /* whose answer with that counter was */
bool late[TOP + 1];             /* a late answer with it is evidence */
bool stays[TOP + 1];            /* and isn't forgotten */
byte evidence;                  /* how many are */
bool suspended, copied;
byte refused;                   /* answers of the real phone to which it was told so */
bool done;                      /* one of them was accepted */
bool thief_in, thief_phone;

inline forget(i) {
  for (i : 1 .. TOP) { if :: late[i] && !stays[i] -> late[i] = false; evidence-- :: else fi }; i = 0
}

#define AFTER(c, nonce) (STAYS && (FIRST -> nonce > c : nonce > c && nonce == top))

/* Check 5 of §8.5: an answer with counter c, in a call with that nonce. */
inline count(who, c, nonce, told, i) {
  d_step {
    if
    :: suspended -> skip
    :: !suspended && c > top -> top = c; known[c] = who; forget(i); if :: who == REAL -> done = true :: else fi
    :: !suspended && c <= top && known[c] == who -> skip        /* its recorded result */
    :: !suspended && c <= top && known[c] != who && known[c] != NOBODY -> suspended = true      /* a fork */
    :: !suspended && c <= top && known[c] == NOBODY ->
       if
       :: !late[c] -> late[c] = true; evidence++; stays[c] = !NEWER || AFTER(c, nonce)
       :: else
       fi;
       if :: evidence >= LATE -> suspended = true :: else fi;
       if :: told -> refused++ :: else fi
    fi
  }
}

byte kept, kept_nonce;          /* an answer that the network keeps back; 0: none */

/* One answer at a time is on its way: what was kept back is over for the phone, which
   may repeat it with a newer nonce. */
active proctype Phone() { byte c, lost, nonce, i;
  nonce = top;
  do
  :: c < ANSWERS && !suspended -> c++;
     if
     :: count(REAL, c, nonce, true, i)
     :: d_step { kept == 0 -> kept = c; kept_nonce = nonce; lost = c }
     fi;
     nonce = top                /* of the answer, or of the next look */
  :: lost != 0 && (!ANEW || lost == c) && !suspended -> count(REAL, lost, nonce, true, i); lost = 0; nonce = top
  :: break
  od }

active proctype Network() { byte i;
  do
  :: kept != 0 -> count(REAL, kept, kept_nonce, false, i); kept = 0
  :: break
  od }

active proctype Copy() { byte i, n, c;
  if :: copied = true :: goto over fi;
  do
  :: n < ANSWERS - 1 && !suspended -> n++;
     atomic { if :: c = top + ANSWERS + 1 /* jumps */ :: c = top + 1 fi; count(COPY, c, top, false, i); c = 0 }
  :: d_step { !suspended -> thief_in = true }; break                    /* a response to a sign-in */
  :: d_step { !SEEN && !suspended -> thief_phone = true }; break        /* and to a change of phones */
  :: break
  od;
over: skip }

#define NOTICED (refused < LATE + 1 || suspended)
#define HONEST  (!suspended || copied)
#define SHOWN   (!thief_phone)

ltl safe            { [] (NOTICED && HONEST && SHOWN) }
ltl noticed         { [] NOTICED }              /* the real phone isn't refused again and again unseen */
ltl honest          { [] HONEST }               /* whose storage nobody has copied is never suspended */
ltl shown           { [] SHOWN }                /* what a phone must show isn't approved by a response */
ltl never_done      { [] !done }                /* must be violated: an answer is accepted */
ltl never_late      { [] (refused == 0) }       /* must be violated: and one is late */
ltl never_offline   { [] !thief_in }            /* must be violated: a response signs in (§2.2) */
