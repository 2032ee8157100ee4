"""Spelling on either side of the Atlantic: which one a text has, and a wording in it.

One table of words, and the endings that most of the others share ("-our", "-ise", "-re", "-lled"). A text is British or
American by its own words; many texts have too few of them to decide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from detector.text.casing import in_case_of

__all__ = ["Dialect", "american", "british"]

# British and American spellings that no ending covers.
_BRITISH = """
grey>gray greys>grays greyish>grayish plough>plow ploughs>plows ploughed>plowed ploughing>plowing tyre>tire
tyres>tires cheque>check cheques>checks programme>program programmes>programs aluminium>aluminum storey>story
storeys>stories sceptic>skeptic sceptics>skeptics sceptical>skeptical scepticism>skepticism mould>mold moulds>molds
moulded>molded moulding>molding mouldy>moldy moult>molt smoulder>smolder smouldering>smoldering moustache>mustache
moustaches>mustaches pyjamas>pajamas whilst>while amongst>among towards>toward backwards>backward forwards>forward
afterwards>afterward upwards>upward downwards>downward maths>math kerb>curb kerbs>curbs draught>draft draughts>drafts
jewellery>jewelry jeweller>jeweler manoeuvre>maneuver manoeuvres>maneuvers manoeuvred>maneuvered
manoeuvring>maneuvering oestrogen>estrogen oesophagus>esophagus foetus>fetus foetal>fetal diarrhoea>diarrhea
anaemia>anemia anaemic>anemic anaesthetic>anesthetic anaesthesia>anesthesia haemorrhage>hemorrhage
haemoglobin>hemoglobin leukaemia>leukemia paediatric>pediatric paediatrician>pediatrician orthopaedic>orthopedic
gynaecology>gynecology encyclopaedia>encyclopedia mediaeval>medieval archaeology>archeology aeroplane>airplane
aeroplanes>airplanes ageing>aging judgement>judgment judgements>judgments acknowledgement>acknowledgment
fulfil>fulfill fulfils>fulfills fulfilment>fulfillment skilful>skillful skilfully>skillfully wilful>willful
wilfully>willfully enrol>enroll enrols>enrolls enrolment>enrollment instalment>installment instalments>installments
distil>distill instil>instill enthral>enthrall appal>appall woollen>woolen marvellous>marvelous
marvellously>marvelously licence>license licences>licenses practise>practice practised>practiced practising>practicing
practises>practices learnt>learned burnt>burned dreamt>dreamed spelt>spelled spoilt>spoiled leapt>leaped leant>leaned
spilt>spilled knelt>kneeled cosy>cozy cosier>cozier tsar>czar tsars>czars sulphur>sulfur sulphate>sulfate
sulphuric>sulfuric gaol>jail gaols>jails artefact>artifact artefacts>artifacts axe>ax pedlar>peddler pedlars>peddlers
chequered>checkered carburettor>carburetor furore>furor grille>grill gramme>gram grammes>grams kilogramme>kilogram
kilogrammes>kilograms liquorice>licorice mum>mom mums>moms omelette>omelet phoney>phony podgy>pudgy racoon>raccoon
sizeable>sizable likeable>likable loveable>lovable speciality>specialty specialities>specialties titbit>tidbit
yoghurt>yogurt doughnut>donut doughnuts>donuts disc>disk discs>disks catalogued>cataloged cataloguing>cataloging
glycerine>glycerin syphon>siphon discolour>discolor dishonour>dishonor watercolour>watercolor watercolours>watercolors
saviour>savior saviours>saviors unfavourable>unfavorable fibreglass>fiberglass centred>centered centring>centering
tonne>ton tonnes>tons
"""


def _with_endings(stems: str, british: str, american: str, endings: str) -> dict[str, str]:
    """Return British to American spelling of all stems with all endings, "-" for none."""
    tails = [ending.strip("-") for ending in endings.split()]
    return {stem + british + tail: stem + american + tail for stem in stems.split() for tail in tails}


_BRITISH_TO_AMERICAN = (
    _with_endings(
        "ard arm behavi cand clam col demean endeav fav ferv flav harb hon hum lab neighb od parl ranc rig rum sav "
        "splend succ tum val vap vig",
        "our",
        "or",
        "- s ed ing ful less able ably ite ites er ers hood hoods y ist ists al ally",
    )
    | _with_endings(
        "cancel channel counsel dial dishevel enamel equal fuel funnel grovel initial jewel label level marshal "
        "marvel model panel pedal pencil quarrel refuel rival shovel shrivel signal spiral stencil swivel total "
        "towel travel tunnel unravel",
        "l",
        "",
        "ed ing er ers",
    )
    | _with_endings(
        "calib cent centimet fib goit kilomet lit lust meag met millimet mit och reconnoit sab sepulch somb spect "
        "theat",
        "re",
        "er",
        "- s",
    )
    | _with_endings("defen offen preten", "ce", "se", "- s")
    | _with_endings("anal catal", "ogue", "og", "- s")
    # No "s": the plural of "analysis" is spelt alike.
    | _with_endings("anal catal electrol paral", "ys", "yz", "e ed er ers ing")
    | dict(pair.split(">") for pair in _BRITISH.split())
)
# American words that are British ones too, and so stay as they are.
_BRITISH_AS_WELL = """
among analog analogs archeology backward burned check checked checks curb curbs disk disks draft drafts downward fetal
fetus forward gram grams grill jail jails kilogram kilograms learned license licenses medieval meter meters mold molds
molded molding practice practiced practices practicing program programs sizable spilled story stories tire tires ton
tons toward upward while
"""
_AMERICAN_TO_BRITISH = {american: british for british, american in _BRITISH_TO_AMERICAN.items()}
for _word in _BRITISH_AS_WELL.split():
    _AMERICAN_TO_BRITISH.pop(_word, None)

_SUFFIX = r"(?<=[a-z]{{3}}[^aeiouwy]){}(?=(?:e[drs]?|ers|ing|ations?|able)\Z)"
_ISE, _IZE = re.compile(_SUFFIX.format("is")), re.compile(_SUFFIX.format("iz"))
# Words in which "-ise" or "-ize" is no suffix, and so is spelt in one way.
_NO_SUFFIX = re.compile(
    "(?:un|im|in|dis|disen|en)?(?:adv|advert|appr|chast|chem|circumc|compr|comprom|conc|desp|enterpr|exerc|exorc|expert|franch"
    "|improv|merchand|mort|parad|prec|prem|prom|repr|sunr|moonr|superv|surm|surpr|telev|treat)is"
    "|(?:caps|downs|mids|outs|overs|supers|unders)iz"
)


def american(word: str) -> str:
    """Return a word of lower-case letters in American spelling.

    >>> american("harbour"), american("organised"), american("advised")
    ('harbor', 'organized', 'advised')
    """
    return _BRITISH_TO_AMERICAN.get(word) or (word if _NO_SUFFIX.match(word) else _ISE.sub("iz", word))


def british(word: str) -> str:
    """Return a word of lower-case letters in British spelling; a word that is British as it stands stays.

    >>> british("harbor"), british("organized"), british("program")
    ('harbour', 'organised', 'program')
    """
    return _AMERICAN_TO_BRITISH.get(word) or (word if _NO_SUFFIX.match(word) else _IZE.sub("is", word))


# British words that are American ones too: they decide nothing and stay as they are.
_AMERICAN_AS_WELL = """
acknowledgement afterwards ageing amongst analogue archaeology artefact artefacts axe backwards burnt
catalogue catalogued catalogues cataloguing cosy disc discs doughnut doughnuts downwards draught draughts dreamt
enquire fibreglass forwards glycerine grey greyish greys grille judgement judgements knelt leant leapt likeable
loveable moustache moustaches omelette sabre saviour saviours sizeable speciality spectre spelt spilt spoilt
sulphur syphon theatre theatres titbit tonne tonnes towards tsar tsars upwards whilst yoghurt
"""
_NEUTRAL = frozenset(_AMERICAN_AS_WELL.split())
_MIN_RATIO = 2  # times as many words of one spelling as of the other; a spinner's table may have the other one
_WORD = re.compile(r"(?<![\w'’-])[a-z]{3,}(?![\w'’])")
_ANY_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Dialect:
    """How a text spells.

    Attributes
    ----------
    is_british : "harbour" and not "harbor"
    has_ize : "organize", as American texts and some British ones have it
    """

    is_british: bool
    has_ize: bool

    @classmethod
    def of(cls, text: str) -> Dialect | None:
        """Return the dialect of a text by its words in lower case, as names keep theirs; None if they do not decide.

        >>> Dialect.of("The colour of the harbour changed."), Dialect.of("It rained.")
        (Dialect(is_british=True, has_ize=False), None)
        """
        words = Counter(_WORD.findall(text.lower() if text.isupper() else text))
        n_british = sum(n for w, n in words.items() if w in _BRITISH_TO_AMERICAN and w not in _NEUTRAL)
        n_american = sum(n for w, n in words.items() if w in _AMERICAN_TO_BRITISH)
        suffixed = [(w, n) for w, n in words.items() if not _NO_SUFFIX.match(w)]
        n_ise, n_ize = (sum(n for w, n in suffixed if ending.search(w)) for ending in (_ISE, _IZE))
        n_british += n_ise
        if n_british > _MIN_RATIO * n_american:
            return cls(True, n_ize > n_ise)
        return cls(False, True) if n_american > _MIN_RATIO * n_british else None

    def spelt(self, wording: str, keep: Collection[str] = ()) -> str:
        """Return a wording in this dialect, capitals as they are; the words of `keep`, in lower case, stay.

        >>> Dialect(is_british=True, has_ize=False).spelt("Rumors of a gray theater", keep=["gray"])
        'Rumours of a gray theatre'
        """

        def spelt(match: re.Match[str]) -> str:
            lower = match[0].lower()
            new = lower if lower in keep else self._word(lower)
            return match[0] if new == lower else in_case_of(match[0], new)

        return _ANY_WORD.sub(spelt, wording)

    def _word(self, word: str) -> str:
        if not self.is_british:
            return word if word in _NEUTRAL else american(word)
        return _AMERICAN_TO_BRITISH.get(word, word) if self.has_ize else british(word)
