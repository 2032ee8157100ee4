"""What the known phrase engines write, as tables by headword: engine B, engine C, and round-trip translation.

Word pairs only; forms are written out, since the engines mistake the part of speech as often as not ("work" →
"paintings"). They serve to write training text; what the detector knows at run time is the channel.

Written for this project from what is known of these engines, after reading the observed pairs and some of the
real passages: 88 of engine B's 799 entries and 173 of engine C's 1,192 also stand in the pairs listed with
those passages. A number measured on real pages of B and C is therefore blind only where the families `phrase`
and `adjacent` are left out of fitting.
"""

from __future__ import annotations

from functools import cache

__all__ = ["engine_b", "engine_c", "round_trip"]

# One headword a row, then its substitutes.
_ENGINE_B = """
a few: a couple of, a portion of the
a lot of: a considerable measure of, a great deal of, a ton of
a number of: various, a few
ability: capacity, capability
able to: ready to, capable to
about: around
access: get to
according to: as indicated by, as per, agreeing to
account: record
accuracy: exactness, precision
accurate: precise, exact
achieve: accomplish, attain
achieved: accomplished
additional: extra
administration: organization
advantage: preferred standpoint, favorable position
advantages: points of interest, favorable circumstances
affect: influence
affordable: moderate
afraid: perplexed
aim: point
all of the: the majority of the, every one of the
all the: every one of the
allow: permit, enable
allowed: permitted, enabled
allows: permits, enables
almost: nearly, practically
along with: alongside
also: likewise, additionally, moreover
although: despite the fact that, in spite of the fact that
always: dependably, consistently
among: amongst
amount: sum, measure
analysis: examination, investigation
answer: reply
apart from: aside from
applications: utilizations
approach: methodology
appropriate: fitting, suitable
area: zone, territory
areas: zones, regions
as long as: insofar as, the length of
as soon as: when, at the earliest opportunity
as well: too, also
as well as: and in addition, just as, and also
ask: inquire
assessment: appraisal, evaluation
assets: resources
at first: at the outset, from the outset
at least: at any rate, in any event
at the same time: in the meantime, all the while
attack: assault
attention: consideration
available: accessible
average: normal
avoid: maintain a strategic distance from, stay away from, dodge
aware: mindful
baby: infant, child
bad: awful, terrible
basic: fundamental, essential
beautiful: delightful, wonderful, lovely
because: since, in light of the fact that
because of: on account of, as a result of, due to, in view of
become: end up, turn into, wind up
becomes: ends up, turns into
before: prior to
begin: start
behavior: conduct
benefit: advantage
benefits: advantages
best: finest
better: superior
between: among
big: huge, enormous
bit: piece
board: load up
brain: cerebrum, mind
branch: office
brings: conveys
broken: softened up
build: construct, fabricate, assemble
building: constructing
built: fabricated, constructed, assembled
business: matter of fact
businesses: organizations
but: however, yet
buy: purchase
campaign: battle, crusade
cancer: malignancy, disease
capable: able, proficient
car: auto, vehicle
care: mind
careful: cautious
carry out: do, complete
cause: reason
challenge: test
challenges: difficulties
change: transform
changes: alterations
cheap: modest, shabby
child: kid, tyke
children: kids, youngsters
choice: decision
choices: decisions
choose: pick, select
chosen: picked
clean: spotless, perfect
clients: customers
collect: gather
collection: accumulation, gathering
college: school
comfortable: agreeable
common: normal, regular
communication: correspondence
companies: organizations
company: organization
competition: rivalry
complete: finish, total
completely: totally
complex: unpredictable
computer: PC
concept: idea
conduct: lead
connected: associated
connection: association
consider: think about
content: substance
correct: right, remedy
cost: expense
country: nation
create: make
created: made
creating: making
critical: basic
customer: client
customers: clients
daily: day by day, every day
damage: harm
data: information
deal: bargain
decide: choose
decision: choice
deep: profound
definitely: certainly, unquestionably
delivery: conveyance
demand: request
depends: relies
design: plan, outline
desired: wanted, coveted
develop: create, build up
developed: created
developers: engineers, designers
development: advancement, improvement
device: gadget
devices: gadgets
die: bite the dust, kick the bucket
difference: distinction
different: distinctive, diverse, unique
difficult: troublesome, hard
digital: computerized, advanced
directly: specifically, straightforwardly
disease: infection, ailment
doctor: specialist
doctors: specialists
dog: canine, puppy
during: amid
each: every
earn: acquire, procure
easily: without much of a stretch, effectively, effortlessly
easy: simple
economic: monetary
effective: powerful, compelling
effectively: viably, adequately
efficiency: productivity
efficient: proficient, effective
effort: exertion
employee: worker, representative
employees: workers, representatives
energy: vitality
enhance: upgrade
enjoy: appreciate
enough: sufficient
ensure: guarantee
entire: whole
environment: condition
equipment: hardware, gear
especially: particularly, exceptionally, most particularly
essential: basic, fundamental
establish: set up, build up
even if: regardless of whether
even though: despite the fact that
event: occasion
events: occasions
every: each
exactly: precisely
example: case, illustration
excellent: magnificent, fantastic
existing: current
expensive: costly
experience: involvement, encounter
expert: master
experts: specialists
explain: clarify
extra: additional
extremely: to a great degree, incredibly
fact: reality
familiar: well-known, recognizable
famous: well known, celebrated
fast: quick
features: highlights
final: last
finally: at long last
financial: money related, budgetary
find: discover
find out: discover
finding: discovering
flow: stream
focus: center
follow: take after, pursue
followed: taken after, pursued
food: nourishment, sustenance
for example: for instance, case in point
for this reason: hence, thus
free: allowed to
friend: companion
friends: companions
function: work
game: diversion, amusement
games: recreations, amusements
get rid of: dispose of
global: worldwide
goal: objective
goals: objectives
good: great, decent
government: legislature
great: extraordinary, incredible
group: gathering
grow: develop
growing: developing
growth: development
guide: direct, manage
guidelines: rules
handle: deal with
happen: occur
have to: need to
health: wellbeing
healthy: solid, sound
help: enable
helpful: accommodating, supportive
helps: makes a difference
high quality: top notch, amazing
highly: exceptionally, profoundly
hire: contract, procure
home: house
hospital: healing facility, doctor's facility
how to: step by step instructions to
however: be that as it may, in any case
huge: tremendous, immense
idea: thought
ideal: perfect
if: on the off chance that, in the event that
if you: on the off chance that you, in the event that you
image: picture
images: pictures
immediately: promptly, quickly, straight away
impact: effect
implementation: usage, execution
important: vital, imperative, essential
improve: enhance, make strides
improvement: change
in addition: furthermore, moreover
in addition to: notwithstanding, in addition
in fact: truth be told, actually, as a matter of fact
in order to: with a specific end goal to, keeping in mind the end goal to, so as to
in terms of: as far as
in the world: on the planet
include: incorporate
included: incorporated
includes: incorporates
increase: increment, expand
increased: expanded
increases: increments, builds
increasing: expanding
individual: person
industry: business
information: data
instead of: rather than
insurance: protection
interest: intrigue
interested: intrigued
interesting: fascinating
internet: web
introduced: presented
investment: venture
job: work, occupation
jobs: employments
journey: travel, trip
just: simply
kind of: sort of
kinds of: sorts of
knowledge: learning, information
large: expansive, vast
latest: most recent
laugh: snicker, chuckle
learning: adapting
likely: prone to
limited: constrained, restricted
list: rundown
local: nearby, neighborhood
location: area
long term: long haul
look at: take a gander at
looking at: taking a gander at
looking for: searching for
loss: misfortune
main: primary, fundamental
maintain: keep up
make sure: ensure, make a point, guarantee
manage: oversee
management: administration
manner: way
manufacturers: makers, producers
many: numerous
marketing: promoting, advertising
member: part
members: individuals
method: technique, strategy
methods: techniques, strategies
mobile: portable, versatile
modern: present day, current
money: cash
moreover: additionally
most of the: the greater part of the, a large portion of the
movement: development
natural: characteristic, normal
near: close
necessary: important, vital
need: require
needed: required
network: organize, system
normal: typical
now: presently
numerous: various
obtain: acquire
often: regularly, frequently
one of the best: outstanding amongst other, extraordinary compared to other, one of the finest
one of the most: a standout amongst the most, one of the greatest
online: on the web
only: just
opportunities: openings
opportunity: open door
option: choice, alternative
options: alternatives, choices
order: request
organization: association
other: different
pain: torment, agony
parents: guardians
particular: specific
partner: accomplice
party: gathering
people: individuals
perfect: immaculate, ideal
performance: execution
personal: individual
phone: telephone
place: put
plan: arrange
plans: designs
plenty of: a lot of
policy: strategy, approach
popular: prevalent, mainstream
popularity: notoriety, fame
possible: conceivable
power: control
powerful: intense, effective
practice: hone, rehearse
present: display
price: cost
prices: costs
primary: essential
problem: issue
problems: issues
procedure: technique
process: procedure
produce: create, deliver
product: item
products: items
professional: proficient, expert
professionals: experts
profit: benefit
programs: projects
project: venture
projects: ventures, undertakings
promote: advance
proper: legitimate, appropriate
protect: ensure, secure
provide: give
provided: gave
provider: supplier
provides: gives
providing: giving
public: open
purchase: buy
purpose: reason
quickly: rapidly, in a flash
quite: very
ready: prepared
real: genuine
realize: figure it out, understand
really: truly, extremely, genuinely
recent: late
recently: as of late
recommend: prescribe
reduce: diminish, decrease
reduced: lessened
regarding: with respect to
region: locale
regular: normal, consistent
related: identified
relationship: connection
release: discharge
released: discharged
reliable: solid, dependable
remember: recollect, keep in mind
remove: expel, evacuate
removed: evacuated, expelled
request: ask for
requirement: prerequisite
requirements: necessities, prerequisites
research: look into
resources: assets
response: reaction
responsible: mindful, capable
results: restored_spans
review: audit, survey
right: correct
risk: hazard, chance
role: part
rules: standards, principles
safe: sheltered, protected
safety: wellbeing, security
said: stated
sale: deal
sales: deals
save: spare
search: look, pursuit
seek: look for
select: choose
sell: offer
series: arrangement
serious: genuine
service: benefit, administration
services: administrations
several: a few
share: offer
should: ought to
show: appear, demonstrate
shows: appears, demonstrates
significant: critical, noteworthy
similar: comparative
simple: straightforward, basic
simply: just
situation: circumstance
skills: aptitudes, abilities
small: little
smart: shrewd, brilliant
so that: with the goal that
software: programming
solution: arrangement
solutions: arrangements
some: a few
some of the: a portion of the
sometimes: once in a while, now and then
source: wellspring
special: exceptional, unique
specific: particular, explicit
start: begin
started: began
state: express
still: yet
strategy: technique, procedure
strong: solid
student: understudy
students: understudies
study: examine, think about
success: achievement
successful: fruitful, effective
such as: for example
suggest: propose
suitable: reasonable, appropriate
support: bolster, backing
sure: beyond any doubt
system: framework
systems: frameworks
take care of: deal with
task: undertaking, assignment
tasks: undertakings, errands
team: group
technique: method, strategy
techniques: methods, strategies
technology: innovation
the fact that: the way that
therefore: hence, thusly, in this way, along these lines, in this manner
these days: nowadays, now a days
thinking: considering
this is why: this is the reason
though: however, despite the fact that
thus: along these lines, consequently
tool: instrument, apparatus
tools: devices, apparatuses
total: add up to
trade: exchange
traditional: customary, conventional
traffic: movement, activity
training: preparing
transfer: exchange
try: attempt
trying: attempting
type: kind, sort
types: sorts, kinds
typically: regularly, commonly
ultimately: at last
understand: comprehend, get it
unique: one of a kind, novel
up to date: breakthrough, a la mode
use: utilize
used: utilized
useful: helpful, valuable
user: client
users: clients
uses: utilizes
using: utilizing
usually: for the most part, generally, as a rule, more often than not
value: esteem
variety: assortment
various: different
very: extremely, exceptionally
view: see
wait: hold up
want: need
wants: needs
weak: frail, powerless
website: site
websites: sites
whether: regardless of whether
whole: entire
wide range of: extensive variety of, wide scope of
winner: champ
within: inside
woman: lady
women: ladies
worker: specialist
workers: laborers, specialists
worry: stress
write: compose
writing: composing
wrong: off-base
young: youthful
"""

_ENGINE_C = """
a lot: loads, plenty
a lot of: plenty of, a whole lot of, a number of
a number of: some of, a variety of
ability: capacity, capability, potential
about: approximately
access: get right of entry to, get entry to
accessible: on hand
according to: in line with, consistent with
accurate: correct
achieve: acquire, gain
across: throughout
action: movement, motion
active: energetic, lively
activities: sports
activity: pastime, interest
actually: simply, surely
add: upload
adding: including
additional: extra
address: deal with, cope with
advanced: superior
advantage: gain
advantages: blessings
advertising: marketing
advice: recommendation
affect: have an effect on
affordable: low-cost, less expensive
after: following
again: once more
aim: intention
aims: ambitions, pursuits
algorithm: set of rules
allow: permit, permit for
allows: permits, lets in, lets
almost: nearly
alone: on my own
along with: at the side of, together with
also: additionally
although: even though
always: constantly, continually
among: amongst
amount: quantity
analysis: evaluation
analyze: examine
another: some other, any other
answer: solution
anyone: all and sundry, absolutely everyone
anything: whatever
appear: seem
applications: packages, programs
applied: carried out, implemented
apply: practice
approach: method, technique
appropriate: suitable
area: region, location
areas: regions
around: round
artificial intelligence: synthetic intelligence
as well: as properly
as well as: in addition to
asked: requested
aspects: elements
associated: related
at the same time: on the identical time
attack: assault
attention: interest
audience: target audience
available: to be had
average: common
avoid: keep away from
back: again
bad: terrible, awful
balance: stability
bank: financial institution
based on: primarily based totally on
basic: fundamental, simple
basis: foundation
beautiful: stunning, lovely
because: due to the fact
because of: due to
become: end up, turn out to be, grow to be
becomes: turns into
before: earlier than
begin: start
behavior: conduct
believe: trust, accept as true with
benefit: gain
benefits: blessings, advantages
best: exceptional, quality, nice
better: higher
between: among
big: huge, large
biggest: largest
blood pressure: blood strain
body: frame
book: ebook
both: each
boost: enhance
brain: mind
brand: logo
break: smash
bring: carry
broad: huge
build: construct
building: constructing
built: constructed
business: enterprise, commercial enterprise
businesses: agencies, groups
but: however
buy: purchase
by: by way of, through
called: referred to as, known as
campaign: marketing campaign
can: may
cancer: most cancers
capabilities: talents
car: vehicle
career: profession
carefully: cautiously
carry out: perform
cases: instances
cause: reason, purpose
center: middle
certain: positive
challenge: task, undertaking
challenges: demanding situations
change: alternate, trade
changes: adjustments
changing: converting
character: person
cheap: reasonably-priced
check: test
child: infant, toddler
children: youngsters, kids
choice: desire, preference
choose: pick out, select
class: elegance, magnificence
clean: easy
clear: clean
clearly: certainly
close: near
collect: accumulate
color: shade, coloration
common: not unusual, commonplace
communication: verbal exchange, conversation
companies: corporations, agencies, groups
company: organization, enterprise, business enterprise
competitive: aggressive
complete: whole, entire
completely: absolutely
complex: complicated
components: additives
computer: laptop, pc
concept: idea
concern: challenge
condition: circumstance
conditions: situations
connect: join
consider: do not forget, recollect
contain: comprise
content: content material
continue: maintain
control: manipulate
correct: accurate
cost: fee, value, price
costs: fees, prices
could: should, may want to
country: united states, u . s .
creative: innovative
credit: credit score
critical: vital, crucial, essential
crucial: critical
culture: subculture
current: modern, cutting-edge
customer: purchaser, client, consumer
customers: clients, purchasers
customized: custom designed
cut: reduce
daily: day by day, each day
damage: harm
dangerous: risky
data: facts, statistics, records, information
death: dying, demise
decide: determine
decision: selection, choice
decisions: choices, selections
define: outline
degree: diploma
deliver: supply
delivery: shipping, transport
demand: call for
department: branch
depending on: relying on
design: layout
desire: choice, preference
desired: favored
detail: element
details: info, information
detect: hit upon, stumble on
determine: decide
develop: increase, expand
developed: advanced
developers: builders
development: improvement
device: tool
devices: gadgets
diet: weight loss program, food plan
difference: distinction
different: one of a kind, exclusive, specific, distinctive
difficult: hard, tough
digital: virtual
directly: at once, immediately
discover: find out
discuss: talk
disease: disorder, sickness, ailment
display: show
diverse: various
doctor: medical doctor, physician
domain: area
drive: power, force
due to: because of
during: at some point of, at some stage in, all through
each: every
easily: without problems, effortlessly
easy: smooth, clean
economy: financial system
education: schooling, training
effect: impact
effective: powerful
effectively: efficaciously
efficiency: performance
efficient: green
effort: attempt
either: both
email: e-mail
employees: personnel
enable: allow
encourage: inspire
end: stop, cease
energy: power, electricity
enhance: beautify
enjoy: revel in, experience
enough: sufficient
ensure: make certain, make sure
ensures: guarantees
enter: input
entire: whole
environment: surroundings
equipment: device
error: mistakes
especially: specifically
essential: vital, crucial
establish: set up
etc: and so forth
even though: despite the fact that
event: occasion
events: activities
every: each
everyone: everybody, absolutely everyone
everything: the whole thing
evidence: proof
exactly: precisely
example: instance
excellent: exceptional, first rate
exercise: workout
existing: current
expand: enlarge, amplify
expect: count on
expensive: high-priced
experience: revel in, enjoy
expert: professional
experts: specialists
explain: provide an explanation for
explore: discover
express: specific
extra: greater
extremely: extraordinarily
fact: reality
factor: component, aspect
factors: elements
family: circle of relatives, own family
famous: well-known
fast: rapid, speedy
faster: quicker
feature: characteristic, function
features: functions, capabilities
feel: sense, experience
field: discipline, subject
file: document
final: very last
finally: eventually
financial: economic, monetary
find: discover, locate
find out: discover
fire: hearth
first: primary
fit: match, suit
floor: ground
focus: recognition, cognizance
follow: observe
food: meals
for example: as an example, for instance
force: pressure
foreign: overseas
form: shape
forms: bureaucracy
found: discovered, located
free: loose, unfastened
friend: pal, buddy
friendly: pleasant
full: complete
function: characteristic, feature
functions: features, capabilities
future: destiny
gain: benefit, advantage
game: sport, recreation
games: video games
gather: acquire
general: standard, popular
generally: usually, typically
gift: present
give: supply, deliver
global: worldwide, international
goal: purpose, aim
goals: dreams, desires
good: correct, excellent, true
government: authorities
great: extremely good, brilliant, splendid
green: inexperienced
group: organization
grow: develop
growing: developing
growth: boom
guide: manual
guidelines: tips, recommendations
handle: cope with, take care of
happen: occur, take place
happy: glad, satisfied
hard: tough, difficult
harmful: dangerous
have to: must, need to
health: fitness
healthy: wholesome
heart: coronary heart
heart attack: coronary heart attack
heat: warmth
help: assist
helpful: useful
helps: allows, enables
hide: disguise
high: excessive
high quality: excessive first-rate, exceptional
higher: better
highlight: spotlight
highly: tremendously, incredibly
hire: lease
history: records
hold: preserve
home: domestic
hospital: sanatorium, health facility
house: residence
however: but
huge: big, massive
idea: concept
ideal: best
identify: discover, perceive
image: photograph, picture
images: pix, photographs
immediately: right away
impact: effect
implement: put into effect, enforce
important: vital, essential, crucial
improve: enhance
improved: stepped forward
improvement: development
improving: enhancing
in addition: similarly
in order to: with a view to, so as to, with the intention to
in terms of: in phrases of
in the: withinside the, within the
include: consist of, encompass
included: covered
includes: consists of
including: such as, which includes, inclusive of
increase: growth, boom
increased: multiplied, elevated
increasing: growing
increasingly: an increasing number of
independent: unbiased
individual: man or woman, character
individuals: people
industry: enterprise
information: records, facts, statistics
innovative: modern, progressive
input: enter
inside: inner
instead of: rather than
insurance: coverage
intelligent: wise, smart
interest: hobby
interesting: thrilling
internet: net
investment: funding
involve: contain
is not: isn't always, is now no longer
issue: difficulty, problem, trouble
issues: troubles, problems
job: task, process
join: be part of
just: simply
keep: maintain, hold
kids: youngsters
kind: type, form
kinds: styles, types
knowledge: expertise, understanding
known: regarded, recognised
lack: loss
large: massive, huge
larger: large
last: closing, ultimate, final
latest: ultra-modern, cutting-edge
law: regulation
leader: chief
learn: examine, analyze, study
learning: getting to know, gaining knowledge of, mastering, studying
less: much less
let: allow
level: stage, degree
levels: stages, degrees
life: existence, lifestyles
light: mild
likely: in all likelihood, probable
limited: restricted, confined
list: listing
live: stay
local: nearby, neighborhood
location: region, place
logic: good judgment
long: lengthy
long term: long time
look: appearance
look at: observe, take a look at
looking for: seeking out, searching out
machine: gadget, system, device
machine learning: gadget getting to know, system studying, device learning
main: foremost, principal
maintain: keep, preserve
major: foremost, primary
make sure: make certain
man: guy
manage: control, manipulate
management: control
many: numerous
market: marketplace
marketing: advertising, advertising and marketing
match: suit
material: cloth
maximum: most
may: might also, can also
meaning: that means
means: method, approach
measure: degree
medicine: remedy, medication
meet: fulfill
meeting: assembly
memory: reminiscence
mental: intellectual
method: technique, approach
methods: techniques, strategies
might: would possibly, may
mind: thoughts
minimum: minimal
minutes: mins
mistakes: errors
mobile: cellular
model: version
models: fashions
modern: current, cutting-edge
moment: second
money: cash
more: greater, extra
most: maximum
mother: mom
move: pass, flow
movie: film
much: a lot, a great deal
multiple: a couple of, more than one
must: have to, need to
name: call
natural: herbal
near: close to
nearly: almost
necessary: important, essential
need: want
needed: wished
needs: desires, wishes
neighborhood: community
network: community
never: in no way, by no means
new: brand new
next: subsequent
night: night time
not: now no longer
nothing: not anything
number: quantity, wide variety
object: item
objects: items, gadgets
obtain: gain, acquire
offer: provide
offers: gives
office: workplace
often: regularly, frequently
old: antique, vintage
once: as soon as
only: simplest, most effective, handiest
operate: perform
operating system: running machine, working gadget
opportunities: possibilities
opportunity: possibility
option: choice, alternative
options: alternatives
organic: natural
other: different
restored_spans: results
outside: outdoor
overall: universal, normal
own: very own, personal
owner: proprietor
pain: ache
parents: mother and father
part: component, element
participate: take part
particular: specific
particularly: specifically
partner: companion
parts: components, elements
past: beyond
patient: affected person
patients: sufferers
payment: charge, fee
people: human beings, humans
perfect: ideal, best
perform: carry out
performance: overall performance
period: length
person: individual, character
personal: private, non-public
phone: telephone, cellphone
physical: bodily
picture: image
place: vicinity, location
player: participant
players: gamers
point: factor
policy: coverage
poor: bad, terrible
popular: famous
population: populace
position: role
positive: fine, high-quality
possibility: opportunity
possible: viable, feasible
potential: capability, ability
power: strength, energy
powerful: effective
practice: exercise
predict: expect
present: gift
pressure: strain
prevent: save you
previous: preceding
price: rate, charge, fee
primary: number one
private: personal, non-public
problem: hassle, trouble
problems: troubles, issues
process: procedure, technique, system
products: merchandise
professional: expert
program: software
programs: packages
project: undertaking, assignment, mission
promote: sell
proper: right
properties: houses
property: assets
protect: guard
protection: safety
proven: verified
provide: offer
provided: furnished
provider: issuer, company
provides: gives, affords
providing: offering, imparting
purchase: buy
purpose: motive, reason
put: placed
quality: exceptional, first-rate, satisfactory
quantity: amount
question: query
quick: brief, short
quickly: speedy, fast
quite: pretty
range: variety
rate: fee, price, charge
rates: fees, charges
rather than: instead of
reach: attain
read: study
ready: equipped, prepared
real: actual
real estate: actual property
reality: truth
really: actually, without a doubt
reason: motive, cause
receive: acquire, get hold of
recent: latest
recommended: encouraged
record: document
reduce: lessen, decrease
regarding: concerning
region: area
regular: normal, everyday
related: associated
relationship: courting
relatively: highly
release: launch
relevant: applicable
reliable: dependable
remain: stay
remember: consider, bear in mind
remove: cast off, do away with
represent: constitute
requirements: necessities
requires: calls for
research: studies
resource: aid, useful resource
resources: assets, sources
respond: reply
response: reaction
responsibility: duty
responsible: accountable
result: end result
results: effects, restored_spans, consequences
return: go back
review: assessment
rich: wealthy
right: proper
rise: upward thrust
risk: danger, threat
road: street
role: position, function
safe: secure
safety: protection
sales: income
same: equal, identical
save: store, shop
schedule: agenda
school: faculty, college
science: technological know-how
score: rating
screen: display screen
search: seek
search engine: seek engine
second: 2nd
section: phase
secure: steady
security: safety, protection
seek: are searching for
selection: choice
sell: promote
sense: experience
series: collection
serious: severe, extreme
service: carrier, provider
services: offerings
set up: installation
several: numerous
shape: form
share: percentage, proportion
short: quick, brief
should: have to, must
show: display
shown: proven
shows: indicates
side: aspect
sign: signal
significant: sizeable, tremendous, considerable
significantly: appreciably, notably
similar: comparable
simple: easy
simply: truly, surely
since: because, considering that
single: unmarried
site: web site
situation: state of affairs, scenario
size: length
skill: ability
skills: abilities
skin: pores and skin
smart: clever
software: software program
solution: answer
solutions: answers
solve: remedy, resolve
some: a few
someone: a person
something: some thing
sometimes: occasionally
soon: quickly
source: supply
space: area
special: unique
specific: precise, particular, unique
speed: velocity
stage: degree, level
standard: fashionable, trendy
start: begin
started: began
state: kingdom, nation
status: reputation
stay: live
still: nevertheless
stop: prevent
store: save, keep
story: tale
strategies: techniques
strategy: method, approach
street: avenue
strength: power, energy
stress: strain
strong: robust, sturdy
structure: shape
student: scholar, pupil
study: have a look at, examine
style: fashion
subject: challenge
success: fulfillment, achievement
successful: a hit
such as: inclusive of, together with, consisting of
suggest: recommend
suitable: appropriate
summer: summer season
support: guide, aid, help
sure: positive
surface: floor
system: machine, gadget
systems: structures
talent: skills
target: goal
task: undertaking, mission
tasks: duties, obligations
teacher: instructor
team: crew, group
technique: approach, method
techniques: strategies
technology: era
tell: inform
terms: phrases
test: check
text: textual content
the best: the pleasant, the exceptional
the latest: the today's, the modern day
the most: the maximum
therefore: consequently
thing: factor, aspect
things: matters
think: suppose, assume
third: 1/3
through: via, thru
throughout: all through, during
tool: device
tools: gear, equipment
top: pinnacle
topic: subject matter
total: overall
touch: contact
town: metropolis
trading: buying and selling
traditional: conventional
traffic: site visitors
train: educate
training: schooling, education
transfer: switch
travel: journey
treat: deal with
treatment: remedy
trend: fashion
true: proper
trust: agree with
try: strive, attempt
turn: flip
type: kind, sort
types: kinds, sorts
typically: normally, generally
under: beneath
understand: recognize, apprehend
understanding: information, know-how
unique: precise, particular
until: till
use: utilize
used: utilized
useful: beneficial
user: person, consumer
users: customers
using: the usage of, the use of
usually: normally, commonly
value: price, fee, cost
variety: range
various: diverse, numerous
vehicle: car
version: model
virtual: digital
visit: go to
visual: visible
want: need
warm: heat
way: manner
ways: methods, approaches
weak: susceptible, vulnerable
weather: climate
web: internet, net
website: internet site
well: properly, nicely
when: whilst, while
where: in which
whether: whether or not
while: even as, whilst
whole: entire, complete
wide: extensive, huge
wide range of: huge variety of
winter: wintry weather
within: inside
without: with out
woman: lady
women: ladies
word: phrase
words: phrases
work: paintings
worker: employee
workers: people
working: running, operating
world: global, international
worldwide: international
would: might
wrong: incorrect
year: yr
young: younger
"""

# Function words and collocations as they come back from another language.
_ROUND_TRIP = """
a lot of: lots of, much, plenty of, a large amount of
about: about the, on, approximately, over
according to: by, in accordance with
after: after the, following
agree on: agree about
all: all the, the whole
all over the: throughout the
also: too, as well, additionally, likewise
although: though, despite that, even though
and also: as well as
are able to: can
around: about, approximately
as a result: therefore, as the result
as soon as: once, right after
as well as: and also, and, in addition to
ask for: request
at home: in the home
at least: not less than, at the least, a minimum of
at the end of: in the end of, at the close of
at the moment: at this moment, currently
at the same time: simultaneously, in the same time
at the time: in that time
because: since, as
because of: because, owing to
before: prior to, earlier than
begin to: start to
between: among
both: the two
but: however, yet
by: from, through
can: could, may, is able to
carry out: perform, realize
come up with: invent, think of
consist of: contain, be composed of
continue to: keep on
deal with: treat, handle
decided to: took the decision to, resolved to
depend on: depend of, rely on
despite: in spite of
due to: because of, by virtue of
during: in the course of, while, throughout
each: every
each other: one another
end up: finish
especially: particularly, in particular
even if: although, even when
every day: each day, daily
find out: learn, discover
first: primary, initial
five: 5
for example: for instance, by example, as an example
for the first time: for first time
from: of, since
get: receive, obtain
give up: abandon
go on: continue
going to: about to, gonna
had to: was forced to, needed to
has been: was
have been: were
have to: must, need to
how to: the way to
however: nevertheless, but
if: in case, when
in: at, on, within
in addition: besides, moreover
in fact: indeed, in reality
in front of: before
in order to: to, in order that to, to be able to, so as to
in particular: especially
in recent years: in the last years, over recent years
in terms of: from the point of view of
in the end: at the end, finally
in the meantime: meanwhile
instead of: in place of
is able to: can
it is possible to: one can
last week: the past week
last year: the past year, final year
lead to: bring to, result in
less than: lower than
like: such as, as
look for: search
looking for: searching
make: do, realize
make sure: be sure, assure
many: a lot of, numerous, a number of
many of: a lot of
may: can, might, could
more and more: increasingly
more than: over, above, greater than
most: the majority of, the most
most of: the majority of, the most part of
much: a lot, far
must: has to, should
need to: have to
no longer: not anymore
now: currently, at this time, at present
of: from, of the
often: frequently
on: in, upon, at
on the other hand: on another side
one of: one from, among
only: just, merely, solely
other: another, different
out of: from
over: above, more than
part of: a part of
people: persons, the people
point out: indicate
possible: potential
rather than: instead of
really: actually
said: told, stated
same: identical, equal
say: tell, state
second: 2nd, secondary
set up: established
several: some, a few
should: must, ought to
show: demonstrate
since: from, because
so: thus, therefore
so far: until now
so that: in order that
some: certain, several
something: a thing
soon: shortly
such as: like, as for example, similar to
take part in: participate in
take place: be held
than: than the
that: which
the country: this country
the fact that: that
the last: the latest
the number of: the quantity of
the same: the very same
the world: whole world
their own: own
therefore: for that reason, so
these: those
this: that, the
this year: the current year
three: 3
through: by, via
to: for, towards
together with: along with
too: also, excessively
took place: was held
try to: attempt to
two: 2
under: below, beneath
united states: usa, america
until: till, up to
use: apply, employ
used: applied, employed
used to: accustomed to
very: extremely, quite, highly
want: would like, desire
was able to: could, managed to
way: manner, path
well: good
when: while, as
where: in which
whether: if
which: that, what
while: whereas, at the time when
who: that, which
with: along with, by
within: inside, in
without: with no, lacking
would like to: want to
"""


def _parse(table: str) -> dict[str, tuple[str, ...]]:
    """Return headword → substitutes; what would leave the headword as it is is dropped."""
    out: dict[str, tuple[str, ...]] = {}
    for line in table.strip().splitlines():
        headword, _, substitutes = line.partition(": ")
        kept = dict.fromkeys(s for s in substitutes.split(", ") if s != headword)
        if kept:
            out[headword] = tuple(kept)
    return out


@cache
def engine_b() -> dict[str, tuple[str, ...]]:
    """Return what engine B writes: a thesaurus by sense, set phrases included.

    >>> engine_b()["students"]
    ('understudies',)
    """
    return _parse(_ENGINE_B)


@cache
def engine_c() -> dict[str, tuple[str, ...]]:
    """Return what engine C writes: a neighbouring sense.

    >>> engine_c()["skin"]
    ('pores and skin',)
    """
    return _parse(_ENGINE_C)


@cache
def round_trip() -> dict[str, tuple[str, ...]]:
    """Return what translation there and back makes of function words and set phrases.

    >>> round_trip()["so far"]
    ('until now',)
    """
    return _parse(_ROUND_TRIP)
