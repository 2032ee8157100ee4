"""Text that is not English prose is left out by its content, and prose stays whatever it looks like."""

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.text.prose import is_code, is_prose, omitted_spans

BEFORE = "The harbour master wrote to us in March, and we answered him by return of post."
AFTER = "Nobody in the village knew who had paid for the new bell, nor did they ask."


def block(text):
    return textwrap.dedent(text).strip("\n")


CODE = {
    "python": block("""
        import sys

        def total(prices, rate=0.2):
            # add the tax to each of them
            out = 0
            for price in prices:
                out += price * (1 + rate)
            return out
    """),
    "javascript": block("""
        const rows = document.querySelectorAll("tr");
        rows.forEach((row) => {
          if (row.dataset.paid === "no") {
            row.classList.add("late");
          }
        });
    """),
    "c": block("""
        #include <stdio.h>

        int main(void) {
            for (int i = 0; i < 10; i++) {
                printf("%d\\n", i);
            }
            return 0;
        }
    """),
    "java": block("""
        public class Ferry {
            private final int seats;
            public Ferry(int seats) {
                this.seats = seats;
            }
        }
    """),
    "rust": block("""
        fn main() {
            let mut seats: Vec<u32> = Vec::new();
            seats.push(4);
            println!("{:?}", seats);
        }
    """),
    "sql": block("""
        SELECT name, COUNT(*) AS trips
        FROM ferries
        WHERE left_at >= '2020-01-01'
        GROUP BY name;
        UPDATE ferries SET late = 1 WHERE id = 7;
    """),
    "shell": block("""
        $ git clone https://example.org/ferry.git
        $ cd ferry && make install
        $ ./ferry --port 8080 > log.txt
    """),
    "html": block("""
        <div class="menu">
          <ul id="top">
            <li><a href="/a">Home</a></li>
          </ul>
        </div>
    """),
    "css": block("""
        .menu {
          color: #333;
          margin: 0 auto;
        }
    """),
    "go": block("""
        func Sum(xs []int) int {
            total := 0
            for _, x := range xs {
                total += x
            }
            return total
        }
    """),
    "ruby": block("""
        class Ferry
          def initialize(seats)
            @seats = seats
          end
          attr_reader :seats
        end
    """),
    "php": block("""
        <?php
        $seats = array(1, 2, 3);
        foreach ($seats as $seat) {
            echo $seat . "\n";
        }
    """),
    "yaml": block("""
        version: 2
        jobs:
          build:
            image: ferry/base:1.4
            steps:
              - run: make install
    """),
    "latex": block("""
        \\begin{tabular}{ll}
        \\hline
        $x_1$ & $x_2$ \\\\
        \\end{tabular}
    """),
    "haskell": block("""
        total :: [Int] -> Int
        total [] = 0
        total (x:xs) = x + total xs
    """),
    "make": block("""
        CC = gcc
        all: ferry.o
        \t$(CC) -o ferry ferry.o
        clean:
        \trm -f *.o
    """),
    "lisp": block("""
        (defun total (xs)
          (if (null xs)
              0
              (+ (car xs) (total (cdr xs)))))
    """),
    "traceback": block("""
        Traceback (most recent call last):
          File "ferry.py", line 7, in <module>
            total(prices)
          File "ferry.py", line 3, in total
            out += price * rate
        TypeError: unsupported operand type(s) for *: 'int' and 'str'
    """),
    "json": block("""
        {
          "name": "ferry",
          "seats": [1, 2, 3],
          "late": false
        }
    """),
}
TABLES = {
    "tabs": "Town\tPeople\tBoats\nLarne\t18,755\t12\nOban\t8,490\t31\nMallaig\t800\t7",
    "pipes": "| Town | People |\n|---|---|\n| Larne | 18755 |\n| Oban | 8490 |",
    "fixed": "Town       People   Boats\nLarne       18755      12\nOban         8490      31\nCroy        800      7",
    "csv": "town,people,boats\nLarne,18755,12\nOban,8490,31\nMallaig,800,7",
}
WORDS = {
    "lines": "anchor\nballast\nbowline\ncapstan\nfathom\nhalyard\nkeelson\nmizzen",
    "commas": "anchor, ballast, bowline, capstan, fathom, halyard, keelson, mizzen, rudder, shroud, tiller, yard",
}
VERSE = block("""
    The tide came up to the garden wall
    And looked at the beans in their row,
    It said to the snail with a bit of a drawl
    That it had not the heart to go
""")
NOTES = (
    "Present: AB, CD, EF, chair GH. Apologies: IJ. Mtg opened 10.05. Minutes prev mtg agreed. Budget: £4k overspend "
    "noted, JS action, report May. Roof: quotes x3 received, lowest accepted. AOB: none. Next mtg 4 June, village hall."
)
LANGUAGES = {
    "French": "Le bateau est parti à six heures du matin, et nous avons attendu le suivant avec les marins.",
    "German": "Das Schiff ist um sechs Uhr abgefahren, und wir haben mit den Matrosen auf das nächste gewartet.",
    "Spanish": "El barco salió a las seis de la mañana, y esperamos el siguiente con los marineros del puerto.",
    "Latin": "Navis prima luce e portu discessit, et nos cum nautis sedimus, quod alia non erat nisi sub noctem.",
    "Russian": "Корабль ушёл в шесть часов утра, и мы ждали следующего в кафе вместе с моряками из порта.",
}
LEFT_OUT = [
    *((name, "code", text) for name, text in CODE.items()),
    *((name, "table", text) for name, text in TABLES.items()),
    *((name, "words", text) for name, text in WORDS.items()),
    ("verse", "verse", VERSE),
    ("notes", "notes", NOTES),
    *((name, "language", text) for name, text in LANGUAGES.items()),
]


@pytest.mark.parametrize(("reason", "passage"), [x[1:] for x in LEFT_OUT], ids=[x[0] for x in LEFT_OUT])
@pytest.mark.parametrize("end", ["\n\n", "\n"])
def test_text_that_is_not_prose_is_left_out_and_its_neighbours_stay(reason, passage, end):
    text = f"{BEFORE}{end}{passage}{end}{AFTER}"
    spans = omitted_spans(text)
    assert {r for *_, r in spans} == {reason}
    left_out = "".join(text[a:b] for a, b, _ in spans)
    assert len(left_out) >= 0.7 * len(passage.replace("\n", ""))
    assert BEFORE not in left_out
    assert AFTER not in left_out
    assert spans[0][0] >= len(BEFORE)
    assert spans[-1][1] <= len(text) - len(AFTER)


PROSE = {
    "dialogue": '"Where is he?" she said.\n"Gone."\n"Where to?"\n"He did not say. He took the boat."\n"Oh," she said.',
    "bullets": "- The pier was closed in May.\n- It opens again when the steps are mended.\n- Dogs are not allowed.",
    "headlines": "Ferry late again\n\nThe ferry was late again on Monday, and nobody knew why.\n\nMayor has no comment",
    "contents": "How the Pier Was Built\nWho Paid for the Steps\nWhat the Mayor Said\nWhen the Ferry Comes",
    "wrapped": block("""
        The ferry was late again, and most of the passengers
        sat down on their bags. It had been late on Monday as
        well, when the mayor came, and he had walked home by
        the road that goes over the hill.
    """),
    "semicolons": "I had three things;\nthe first was a lamp that was out;\nthe second was a rope;\nthe third was tea.",
    "with code": "Call the function read(path) before you close the file, or the lock will stay with you for ever.",
    "formula": "If x = 2 and y = 3, then the sum of the two is 5, which is what we wanted to show at the start.",
    "names": "He sailed from Le Havre with La Belle Poule, and Das Boot was the film that they had on board.",
    "letter": "Dear Anna,\n\nThank you for the jam. We ate it on the train.\n\nYours,\n\nPeter",
    "steps": "1. Open the lid.\n2. Take out the filter and wash it.\n3. Put it back.\n4. Close the lid.",
    "sign": "Anna wrote > 40 letters & he answered none of them; that is all that we know of it.",
    "look-alikes": "Тhе fеrrу wаѕ lаtе аgаіn, аnd mоѕt оf thе раѕѕеngеrѕ ѕаt dоwn оn thеіr bаgѕ tо wаіt fоr іt.",
    "numbers": "In 1901 the town had 4,120 people, in 1911 it had 5,300, and in 1921 it had no more than 3,900.",
    "indented": '    "Yes," he said.\n    "No," she said.\n    He went.\n    "Why?"\n    "Ask him."\n    She went too.',
    "list": "   * bread, we had\n   * cheese, which we had not\n   * a knife\n   * cups\n   * the map\n   * lamps",
    "sums": "Two and two = four.\nThree and three = six.\nHe wrote it on the wall.\nNobody laughed.",
    "listing": "We packed bread, cheese, apples, a knife, two cups, a rope, a lamp and the map, and left the house.",
}


@pytest.mark.parametrize("text", PROSE.values(), ids=PROSE)
def test_prose_stays(text):
    assert omitted_spans(text) == []
    assert omitted_spans(f"{BEFORE}\n\n{text}\n\n{AFTER}") == []


@given(st.text(alphabet="aZ (){};=#|\t\n\r,.\"'é中0_<>-", max_size=300))
@settings(deadline=None)
def test_spans_are_sorted_disjoint_and_inside(text):
    end = 0
    for start, stop, reason in omitted_spans(text):
        assert end <= start < stop <= len(text)
        assert reason in ("code", "table", "words", "verse", "notes", "language")
        end = stop


@pytest.mark.parametrize("text", CODE.values(), ids=CODE)
def test_code_is_code_and_no_prose(text):
    assert is_code(text)
    assert not is_prose(text)


@pytest.mark.parametrize("sign", ["", "# ", "// ", "> ", "-- "])
def test_prose_behind_comment_signs_is_prose(sign):
    assert is_prose("\n".join(sign + line for line in (BEFORE, AFTER)))
