/* Three stations, a hub, a twin of one station's key, revocation and a hub that is put back to an older copy.
   Exhaustive: spin -a hub.pml && cc -O2 -DSAFETY -o pan pan.c && ./pan -m100000 (bench/model.py runs it).

   A log is a number of records; the log with two histories also has `other`, the length of the second one, which is the
   same up to `split`. Storing and cosigning are one transaction, so one step. */

#define N 3      /* stations; the last one's key has a twin */
#define M 2      /* records of each */
#define TWIN 2
#define RESTORES 1
#define NEVER 255

byte own[N];               /* records of the station */
byte other, split;         /* the twin's history: as long as that, and shared up to there */
bool copied;
byte held[N];              /* at the hub */
bool second;               /* what the hub holds of the twin's log is the second history */
byte told[N];              /* the newest receipt that was given; whether it came is all the same here */
bool told_second;          /* ... of the twin: of which history */
byte saved[N];             /* the hub's backup */
bool saved_second;
byte end[N] = NEVER;       /* revoked: counts up to there */
bool lost[N];              /* the hub was put back and lacks what it had acknowledged */
bool accused[N];           /* somebody holds two entries of one number, both signed */
byte restores;

#define SHARED(a) (a <= split || !copied)

#define check() CHECK(0); CHECK(1); CHECK(2)

/* what was acknowledged is at the hub, unless it was put back, and then the station still has it; and no honest station
   is stuck: what it has goes on from what the hub holds */
#define HONEST(i) ((held[i] >= told[i] || lost[i]) && own[i] >= told[i] && !accused[i] && \
                   (!lost[i] || end[i] != NEVER || held[i] <= own[i]))
#define CHECK(i) assert(i == TWIN -> (held[i] >= told[i] || lost[i] || accused[i]) : HONEST(i))

/* the hub takes a head only where it goes on from what it holds, and as far as the key counts */
#define GOES_ON(len, is_second) (len >= held[TWIN] && (held[TWIN] <= split || !copied || second == is_second))

active [N] proctype station() {
  byte me = _pid;
  do
  :: d_step { own[me] < M -> own[me]++; check() }
  :: d_step { /* all of it is stored and cosigned; the answer comes, or is lost, or the hub is killed then */
       (me != TWIN || GOES_ON(own[me], false)) && own[me] >= held[me] && own[me] > 0 && own[me] <= end[me] ->
       held[me] = own[me];
       told[me] = own[me];
       if
       :: me == TWIN && copied && own[me] > split -> second = false
       :: else
       fi;
       if
       :: me == TWIN -> told_second = (second && own[me] > split)
       :: else
       fi;
       lost[me] = false;
       check()
     }
  :: d_step { /* cut: some of it is stored, nothing is said */
       (me != TWIN || GOES_ON(own[me], false)) && own[me] > held[me] && held[me] < end[me] ->
       held[me]++;
       if :: me == TWIN && copied && held[me] > split -> second = false :: else fi;
       check()
     }
  od
}

active proctype twin() {
  do
  :: d_step { !copied -> copied = true; split = own[TWIN]; other = own[TWIN]; check() }
  :: d_step { copied && other < M -> other++; check() }
  :: d_step { copied && other > 0 && GOES_ON(other, true) && other <= end[TWIN] ->
       held[TWIN] = other;
       if :: other > split -> second = true :: else fi;
       told[TWIN] = other; told_second = (other > split); lost[TWIN] = false; check() }
  :: d_step { /* both histories meet by a stick: they prove it, of this log alone */
       copied && other > split && own[TWIN] > split -> accused[TWIN] = true; check() }
  od
}

#define PUT_BACK(i) held[i] = saved[i]; lost[i] = lost[i] || told[i] > held[i]

active proctype office() {
  do
  :: d_step { restores < RESTORES -> saved[0] = held[0]; saved[1] = held[1]; saved[2] = held[2]; saved_second = second; check() }
  :: d_step { restores < RESTORES -> restores++;
       PUT_BACK(0); PUT_BACK(1); PUT_BACK(2);
       second = saved_second;
       if :: told[TWIN] > split && copied && told_second != second -> lost[TWIN] = true :: else fi;
       if /* a copy that is never put back is no state of its own */
       :: restores == RESTORES -> saved[0] = 0; saved[1] = 0; saved[2] = 0; saved_second = false
       :: else
       fi;
       check() }
  :: d_step { /* revoked where nothing is lost: the sizes are those that the hub holds */
       end[1] == NEVER && !lost[1] -> end[1] = held[1]; check() }
  od
}
