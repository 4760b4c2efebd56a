"""The coupling reactions by which analogs are made, and the reagents that each takes.

The reactions are those by which medicinal chemists join two building blocks most often (Roughley
and Jordan, J. Med. Chem. 2011, 54, 3451, doi 10.1021/jm200187y; Brown and Boström, J. Med. Chem.
2016, 59, 4443, doi 10.1021/acs.jmedchem.5b01409). Each makes one bond outside of rings.

In a SMARTS of a group, ``:R`` marks the atom that reacts; ``:A`` and ``:B`` mark atoms that stay
beside it. In a reaction the atom of the first reagent is 1 and that of the second 2.
"""

from dataclasses import dataclass
from functools import cached_property

from rdkit import Chem, rdBase
from rdkit.Chem import rdChemReactions


@dataclass(frozen=True)
class Group:
    """A functional group that makes a compound a reagent."""

    name: str
    found: str
    """SMARTS by which a reagent is found."""
    written: str
    """How the group is written in a reagent that a bond of a molecule comes from."""

    @cached_property
    def query(self) -> Chem.Mol:
        """The group as a query."""
        return Chem.MolFromSmarts(_numbered(self.found, 0))


@dataclass(frozen=True)
class Reaction:
    """A reaction of two reagents."""

    name: str
    groups: tuple[Group, Group]
    bond: str
    """SMARTS of the bond that it makes."""
    product: str
    spoiled_by: tuple[Group, ...] = ()
    """Groups that react as well, beside those of the other reagent."""

    @cached_property
    def every_group(self) -> tuple[Group, ...]:
        """The groups that a reagent has or must not have."""
        return tuple(dict.fromkeys((*self.groups, *self.spoiled_by)))

    @cached_property
    def retro(self) -> rdChemReactions.ChemicalReaction:
        """Turns a molecule into the two reagents."""
        written = (_numbered(group.written, at) for at, group in enumerate(self.groups))
        return _read(f"{self.bond}>>{'.'.join(written)}")

    @cached_property
    def forward(self) -> rdChemReactions.ChemicalReaction:
        """Turns two reagents into the molecule."""
        found = (_numbered(group.found, at) for at, group in enumerate(self.groups))
        return _read(f"{'.'.join(found)}>>{self.product}")


def _numbered(smarts: str, at: int) -> str:
    """Return a SMARTS with numbers for ``:R``, ``:A`` and ``:B`` of the first or second reagent."""
    for letter, number in zip("RAB", ((1, 3, 4), (2, 5, 6))[at], strict=True):
        smarts = smarts.replace(f":{letter}]", f":{number}]")
    return smarts


def _read(smarts: str) -> rdChemReactions.ChemicalReaction:
    with rdBase.BlockLogs():
        found = rdChemReactions.ReactionFromSmarts(smarts)
        found.Initialize()
    return found


_AZINE = (
    "$(c1[n;X2][c,n][c,n][c,n][c,n]1)",  # beside the nitrogen of a six-membered ring
    "$(c1[c,n][c,n][n;X2][c,n][c,n]1)",  # opposite of it
)
_ACTIVATED = ",".join((*_AZINE, "$(c1c([N+](=O)[O-])cccc1)", "$(c1ccc([N+](=O)[O-])cc1)"))
_NOT_AZINE = ";".join(f"!{one}" for one in _AZINE)

ACID = Group("acid", "[C;X3;$(C-[#6]):R](=[O:A])-[O;X2;H1]", "[C:R](=[O:A])-O")
_POOR = "[Cl,Br,I,$(C#N),$(C=O),$(S=O),$([N+]=O)]"
# Neither an amide or a hydrazine, nor an enamine, an aminal, a cyanamide or a diarylamine; not
# between two large neighbours, and no aniline between two groups that draw electrons.
_AMINE = (
    "N;X3;H1,H2;+0;$(N-[#6]);!$(N-[!#6;!#1]);!$(N-C=*);!$(N-C#*);!$(N-[C;X4]-[N,O,S]);"
    f"!$(N(-c)-c);!$(N(-[#6])-C([#6])([#6])[#6]);!$(N-c(:c-{_POOR}):c-{_POOR})"
)
AMINE = Group(
    "amine",
    f"[{_AMINE};!$(N-c(:[n;X2]):[n;X2]):R]",  # an aminopyrimidine is hardly a nucleophile
    "[N:R]",
)
ANY_AMINE = Group("amine or aminopyrimidine", f"[{_AMINE}:R]", "[N:R]")
SULFONYL_CHLORIDE = Group(
    "sulfonyl chloride",
    "[S;X4;$(S-[#6]):R](=[O:A])(=[O:B])-Cl",
    "[S:R](=[O:A])(=[O:B])-Cl",
)
CARBONYL = Group(
    "aldehyde or ketone",
    # A ketone has an alkyl group. Neither one beside another double or triple bond to carbon.
    "[C;X3;H1,H2,$(C(-[C;X4])-[#6]);!$(C-[!#6]);!$(C-C=*);!$(C-C#*):R]=[O;X1]",
    "[C:R]=O",
)
ALKYL_HALIDE = Group(
    "alkyl halide",
    "[C;X4;H2,H3;!$(C-[N,O,S]);!$(C-[C;X4;H0]);!$(C(-[F,Cl,Br,I])-[F,Cl,Br,I]):R]-[Cl,Br,I]",
    "[C:R]-Br",
)
PHENOL = Group(
    "phenol",
    f"[O;X2;H1;$(O-[c;{_NOT_AZINE}]):R]",  # 2- and 4-hydroxypyridines react at the nitrogen
    "[O:R]",
)
ALCOHOL = Group(
    "alcohol",
    # Neither a hemiacetal, nor beside a quaternary carbon; and none that loses water easily.
    "[C;X4;H1,H2,H3;!$(C(-[N,O,S])-[N,O,S]);!$(C-[C;X4;H0]);!$(C-[C;!H0]-C=[O,N]):R]-[O;X2;H1]",
    "[C:R]-O",
)
ACTIVATED_HALIDE = Group("activated aryl halide", f"[c;{_ACTIVATED}:R]-[F,Cl,Br]", "[c:R]-Cl")
ACTIVATED_CHLORIDE = Group("activated aryl chloride", f"[c;{_ACTIVATED}:R]-[F,Cl]", "[c:R]-Cl")
ARYL_HALIDE = Group("aryl bromide or iodide", "[c:R]-[Br,I]", "[c:R]-Br")
BORONIC_ACID = Group(
    "boronic acid",
    "[c;!$(c:[n;X2]):R]-[B;X3](-[O])-[O]",  # those beside such a nitrogen fall apart
    "[c:R]-B(-O)-O",
)
ALKYNE = Group("alkyne", "[C;X2;H1:R]#[C;X2:A]", "[C:R]#[C:A]")
THIOL = Group("thiol", "[S;X2;H1;$(S-[#6]):R]", "[S:R]")

REACTIONS = (
    Reaction(
        "amide coupling",
        (ACID, AMINE),
        "[C;X3;$(C-[#6]):1](=[O:3])-!@[N;X3;+0:2]",
        "[C:1](=[O:3])-[N:2]",
        (SULFONYL_CHLORIDE,),
    ),
    Reaction(
        "sulfonamide formation",
        (SULFONYL_CHLORIDE, AMINE),
        "[S;X4;$(S-[#6]):1](=[O:3])(=[O:4])-!@[N;X3;+0:2]",
        "[S:1](=[O:3])(=[O:4])-[N:2]",
        (THIOL,),
    ),
    Reaction(
        "urea formation",
        (AMINE, AMINE),
        "[N;X3;+0:1]-!@[C;X3](=O)-!@[N;X3;+0:2]",
        "[N:1]-C(=O)-[N:2]",
        (ACID, SULFONYL_CHLORIDE, THIOL),
    ),
    Reaction(
        "SNAr amination",
        (ACTIVATED_HALIDE, AMINE),
        f"[c;{_ACTIVATED}:1]-!@[N;X3;+0:2]",
        "[c:1]-[N:2]",
        (THIOL, SULFONYL_CHLORIDE),
    ),
    Reaction(
        "Buchwald amination",
        (ARYL_HALIDE, ANY_AMINE),
        "[c:1]-!@[N;X3;+0:2]",
        "[c:1]-[N:2]",
        (THIOL, BORONIC_ACID, ACTIVATED_CHLORIDE),
    ),
    Reaction("Suzuki coupling", (ARYL_HALIDE, BORONIC_ACID), "[c:1]-!@[c:2]", "[c:1]-[c:2]"),
    Reaction(
        "Sonogashira coupling",
        (ARYL_HALIDE, ALKYNE),
        "[c:1]-!@[C;X2:2]#[C;X2:5]",
        "[c:1]-[C:2]#[C:5]",
        (BORONIC_ACID, THIOL),
    ),
    Reaction(
        "reductive amination",
        (CARBONYL, AMINE),
        "[C;X4;H1,H2,H3:1]-!@[N;X3;+0:2]",
        "[C:1]-[N:2]",
        (THIOL, SULFONYL_CHLORIDE),
    ),
    Reaction(
        "N-alkylation",
        (ALKYL_HALIDE, AMINE),
        "[C;X4;H2,H3:1]-!@[N;X3;+0:2]",
        "[C:1]-[N:2]",
        (THIOL, PHENOL, ACID, SULFONYL_CHLORIDE),
    ),
    Reaction(
        "Williamson ether synthesis",
        (PHENOL, ALKYL_HALIDE),
        "[O;X2;$(O-c):1]-!@[C;X4;H2,H3:2]",
        "[O:1]-[C:2]",
        (AMINE, THIOL, ACID, SULFONYL_CHLORIDE),
    ),
    Reaction(
        "Mitsunobu reaction",
        (PHENOL, ALCOHOL),
        "[O;X2;$(O-c):1]-!@[C;X4;H1,H2,H3:2]",
        "[O:1]-[C:2]",
        (AMINE, THIOL, ACID, SULFONYL_CHLORIDE),
    ),
)
"""In the order of preference where two reactions give one molecule."""
GROUPS = tuple(
    dict.fromkeys(group for one in REACTIONS for group in (*one.groups, *one.spoiled_by))
)
