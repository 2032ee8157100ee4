"""Make the toy corpus, lexicon, pairs and thesauri in this folder, on which `detector train` runs in a minute.

Sentences come from a small grammar: everyday words in the slots of sentence patterns, names of people and towns that do
not exist. Run `python tests/data/toy/make.py` to write the files again; the same script writes the same files.
"""

from __future__ import annotations

import json
import lzma
import random
import re
from collections import Counter
from pathlib import Path

from detector.training.corpus import CorpusDocument, split_of

HERE = Path(__file__).resolve().parent
DOCUMENTS = {"language_model": 330, "fit": 60, "calibrate": 30, "dev": 40, "test": 40}  # of each split
WORDS = {
    "name": """
        Alder Brandt Corvin Dessen Eklund Farrow Gossard Halvers Ibsley Jorritsma Kestrel Lindholm Marlow Nesbit
        Ostrander Pellow Quennell Rastrick Selwyn Tarrant Umber Varley Wexcombe Yarrow Zeller Aubrey Bexley Colborne
    """,
    "given": """
        Ada Bruno Clara Denis Edith Felix Greta Hugo Ines Jonas Klara Lewis Mara Nils Olive Petra Ruben Sofia Tilda
    """,
    "town": """
        Aldmoor Brackwater Carrowby Dunfell Eastholm Fenbridge Greywick Harlaw Ironford Kelstow Larkhill Marrick
        Northam Oxleigh Pennard Quarley Rosthwaite Saltby Thornwick Underwood Vellacott Wetherby
    """,
    "person": """
        teacher doctor farmer driver student baker engineer nurse artist lawyer writer gardener officer child
        neighbor visitor manager builder singer reporter scientist soldier sailor woman man customer player owner
    """,
    "thing": """
        house garden bridge school market road river library kitchen letter picture window table boat train field
        farm church hotel museum factory bicycle engine camera book story plan report problem question answer idea
        building street park wall door floor roof office station shop machine tool song game meal dress stone tree
    """,
    "group": """
        council committee company team family government club bank hospital university police army board union
    """,
    "mass": "water money time work food music news weather traffic help advice information energy trade light",
    "good": """
        big large small old new beautiful important difficult easy good bad strong weak fast slow quiet loud happy
        sad rich poor cheap expensive modern ancient simple strange famous dangerous safe clean dirty cold warm
    """,
    "act": """
        built sold bought visited opened closed repaired painted found lost carried watched described planned
        changed improved finished started moved cleaned showed examined discussed supported rejected accepted protected
        destroyed designed measured
    """,
    "base": """
        build sell buy visit open close repair paint find lose carry watch describe plan change improve finish
        start move clean show examine discuss support reject accept protect destroy design measure
    """,
    "say": "said explained argued claimed announced suggested believed thought reported wrote promised admitted",
    "adverb": "quickly slowly quietly carefully often rarely finally suddenly usually nearly probably clearly again",
    "plural": """
        houses gardens bridges schools markets roads letters pictures windows boats trains fields farms hotels
        books stories plans reports problems questions answers ideas buildings streets shops machines trees people
    """,
}
PHRASES = {
    "when": """
        yesterday, today, tomorrow, last week, last year, in the morning, at the end of the day, in the summer,
        on Monday, on Friday, after the war, before the winter, for many years, at the same time
    """,
    "where": """
        near the river, in the middle of the town, at the edge of the forest, behind the station, on the hill,
        along the coast, in front of the school, next to the market, at home, in the old quarter, across the street
    """,
    "number": "two, three, four, five, six, seven, eight, nine, ten, twelve, twenty, thirty, a hundred, many, a few",
    "link": """
        However, In addition, As a result, For example, At first, In the end, Of course, By contrast, Even so
    """,
}
SLOTS = {
    **{slot: words.split() for slot, words in WORDS.items()},
    **{slot: [" ".join(phrase.split()) for phrase in phrases.split(",")] for slot, phrases in PHRASES.items()},
}
PATTERNS = """
The {person} {act} the {good} {thing} {where}.
The {good} {thing} in {town} was {act} by a {person} {when}.
{given} {name}, a {person} from {town}, {say} that the {thing} was {good} and {good}.
{link}, the {group} {act} {number} {plural} {when}.
According to {name}, the {thing} should be {act} {adverb}.
{When}, the {person} {act} a {good} {thing}, but the {group} {act} it {adverb}.
It is {good} to {base} a {thing} when the {mass} is {good}.
Many {plural} {where} were {act} {when}, and the {group} {say} that more {mass} was needed.
"We want to {base} the {thing} {where}," {name} {say}. "It would be {good} for the {person}."
There were {number} {plural} in {town}, most of them {good}.
The {group} will {base} the {thing} because it is too {good} to {base}.
She {say} that the {person} had {act} the {thing} {adverb}.
He did not {base} the {thing}, although the {person} {say} it was {good}.
In {town}, {mass} is {good} and the {plural} are {good}.
If the {group} does not {base} the {plural}, the {person} may {base} a {good} {thing}.
The {person} who {act} the {thing} {when} was {given} {name}.
As soon as the {mass} was {good}, the {group} {act} the {good} {plural}.
A number of {plural} were {act}, so the {person} {act} the {thing} {where}.
They {act} the {thing} in order to {base} the {plural} {where}.
What the {person} {say} about the {good} {thing} was {good}, {name} {say} {when}.
"""
SUBSTITUTES = {
    "big": ["enormous", "huge"],
    "old": ["outdated"],
    "house": ["home"],
    "bought": ["purchased"],
    "began": ["commenced"],
    "started": ["commenced"],
    "show": ["exhibit"],
    "showed": ["exhibited"],
    "help": ["assistance"],
    "difficult": ["troublesome"],
    "important": ["imperative"],
    "beautiful": ["lovely", "delightful"],
    "visited": ["went to"],
    "doctor": ["physician"],
    "money": ["cash"],
    "answer": ["reply"],
    "problem": ["trouble"],
    "a few": ["a couple of"],
    "many": ["numerous"],
    "because": ["since"],
    "according to": ["in accordance with"],
    "as a result": ["thus"],
}
# Of the thesauri: part of speech, then words of one meaning.
SYNONYMS = """
n house home dwelling; n doctor physician; n road street; n boat ship vessel; n picture image; n story tale account
n problem trouble difficulty; n answer reply response; n idea thought notion; n work labor; n money cash; n help aid
n teacher instructor; n child kid; n shop store; n food meal; n plan scheme; n machine device; n letter note
v build construct; v sell trade; v buy purchase; v repair mend fix; v find discover locate; v carry transport
v watch observe; v describe depict; v change alter modify; v improve enhance; v finish complete; v start begin commence
v show exhibit display; v examine inspect; v support back; v reject refuse; v protect guard; v destroy ruin; v say state
a big large huge; a small little tiny; a new fresh; a beautiful lovely pretty; a important crucial vital
a hard difficult
a easy simple; a bad poor; a strong powerful; a fast quick rapid; a happy glad; a strange odd; a famous renowned
r quickly rapidly fast; r slowly gradually; r often frequently; r rarely seldom; r usually generally; r nearly almost
"""
PAIRS = (
    ("the doctor bought a big house", "the physician purchased an enormous home", "thesaurus"),
    ("a number of people were there", "various individuals were there", "thesaurus"),
    ("in order to improve the road", "with a purpose to enhance the street", "roundtrip"),
    ("the problem was difficult", "the trouble was troublesome", "thesaurus"),
    ("at the end of the day", "toward the finish of the day", "roundtrip"),
)
TORTURED = (
    ("big data", "colossal information", 120),
    ("neural network", "neural organization", 900),
    ("data analysis", "information examination", 75),
    ("random forest", "irregular woodland", 310),
    ("signal to noise ratio", "flag to commotion proportion", 42),
)


def sentence(rng: random.Random, favourites: dict[str, list[str]]) -> str:
    pattern = rng.choice(PATTERNS.strip().splitlines())
    while "{" in pattern:
        slot = pattern[pattern.index("{") + 1 : pattern.index("}")]
        pool = favourites[slot.lower()] if rng.random() < 0.7 else SLOTS[slot.lower()]
        word = rng.choice(pool)
        pattern = pattern.replace("{" + slot + "}", word[0].upper() + word[1:] if slot[0].isupper() else word, 1)
    return re.sub(r"\b([Aa]) (?=[aeio])", r"\1n ", pattern)


def text(rng: random.Random) -> str:
    """Return a text whose words come from a few favourites of each slot, as a text has its topic."""
    favourites = {slot: rng.sample(pool, max(3, len(pool) // 4)) for slot, pool in SLOTS.items()}
    paragraphs = rng.choice((2, 3, 4, 6, 9))
    return "\n\n".join(" ".join(sentence(rng, favourites) for _ in range(rng.randint(4, 7))) for _ in range(paragraphs))


def documents() -> list[CorpusDocument]:
    """Return documents of two sources whose ids give each split its number, in the order of their ids."""
    wanted, made, number = Counter(DOCUMENTS), [], 0
    while +wanted:
        source, genre = (("toy_gazette", "news"), ("toy_diary", "blog"))[number % 2]
        document = CorpusDocument(f"{source}-{number:05}", source, genre, "")
        split = split_of(document)
        if wanted[split] > 0:
            wanted[split] -= 1
            made.append(CorpusDocument(document.id, source, genre, text(random.Random(number))))
        number += 1
    return made


def write(folder: Path) -> None:
    """Write corpus, lexicon and pairs."""
    for name in ("corpus", "lexicon", "pairs"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    made = documents()
    for source in sorted({d.source for d in made}):
        rows = [
            json.dumps({"id": d.id, "source": d.source, "genre": d.genre, "text": d.text})
            for d in made
            if d.source == source
        ]
        packed = lzma.compress("".join(f"{row}\n" for row in rows).encode())
        (folder / "corpus" / f"{source}.jsonl.xz").write_bytes(packed)
    sources = "".join(f"| {s} | this project | MIT |\n" for s in ("toy_gazette", "toy_diary"))
    (folder / "corpus" / "SOURCES.md").write_text(
        f"# Sources of the toy corpus\n\n| file | repo | licence as stated |\n| --- | --- | --- |\n{sources}",
        encoding="utf-8",
    )
    rows = [f"{o}\t{s}\tseen" for o, listed in SUBSTITUTES.items() for s in listed]
    table = "\n".join(["original\tsubstitute\tevidence", *rows]) + "\n"
    (folder / "lexicon" / "observed_substitutions.tsv").write_text(table, encoding="utf-8")
    phrases = [{"tortured": wrong, "correct": right} for right, wrong, _ in TORTURED]
    (folder / "lexicon" / "tortured_phrases.json").write_text(
        json.dumps({"phrases": phrases}, indent=1) + "\n", encoding="utf-8"
    )
    rows = [f'"""{wrong}""",{right},{papers}' for right, wrong, papers in TORTURED]
    table = "\n".join(["tortured_phrase,expected_phrase,num_papers", *rows]) + "\n"
    (folder / "lexicon" / "tortured_fingerprints.csv").write_text(table, encoding="utf-8")
    rows = [json.dumps({"original": o, "spun": s, "style": style, "engine": None}) for o, s, style in PAIRS]
    (folder / "pairs" / "observed_pairs.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def synonyms() -> list[tuple[str, list[str]]]:
    """Return part of speech and words of each row."""
    rows = [row.split() for row in SYNONYMS.replace("\n", ";").split(";") if row.strip()]
    return [(pos, words) for pos, *words in rows]


def write_thesauri(folder: Path) -> None:
    """Write the synonyms as WordNet's database files, and the first two of each row as MyThes has them."""
    wordnet = folder / "wordnet"
    wordnet.mkdir(exist_ok=True)
    for pos, name in zip("nvar", ("noun", "verb", "adj", "adv"), strict=True):
        rows = [(f"{10 * n:08}", words) for n, (p, words) in enumerate(synonyms(), 1) if p == pos]
        lines = [
            f"{offset} 00 {pos} {len(words):02x} {' '.join(f'{w} 0' for w in words)} 000 | a meaning"
            for offset, words in rows
        ]
        (wordnet / f"data.{name}").write_text("\n".join(lines) + "\n", encoding="utf-8")
        listed = {w: [offset for offset, words in rows if w in words] for _, words in rows for w in words}
        lines = [f"{w} {pos} {len(at)} 0 {len(at)} 0 {' '.join(at)}" for w, at in sorted(listed.items())]
        (wordnet / f"index.{name}").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, text in (("noun", "children child\n"), ("verb", "built build\nsold sell\n"), ("adj", "better good\n")):
        (wordnet / f"{name}.exc").write_text(text, encoding="utf-8")
    parts = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
    lines = [f"{words[0]}|1\n({parts[pos]})|{words[1]}" for pos, words in synonyms()]
    (folder / "mythes.dat").write_text("UTF-8\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(HERE)
    write_thesauri(HERE)
