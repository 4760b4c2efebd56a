"""Toxicophores: groups that go with mutagenicity in the Ames test, as substructures.

The specific toxicophores of Kazius, McGuire and Bursi, J. Med. Chem. 2005, 48, 312 (doi
10.1021/jm040835a), which they derived from 4,337 molecules: a group that reacts with DNA, or that
metabolism turns into one that does, less the surroundings that make it harmless (an aromatic amine
with a sulfonyl group on its ring). Written here from the groups as the paper describes them,
for standardized structures (nitro groups and azides with separated charges). An acid halide is told
by that name alone, not as an aliphatic halide too.
"""


def _unless_near(*groups: str) -> str:
    """Forbid groups on an aromatic atom's ring, ortho, meta or para to it."""
    return "".join(f";!$({way}-{group})" for group in groups for way in _WAYS)


_WAYS = ("a:a", "a:a:a", "a:a:a:a")
_SULFONYL, _TRIFLUOROMETHYL, _CARBOXYL = "S(=O)=O", "C(F)(F)F", "C(=O)[#8]"
_NITRO_RING = f"[a{_unless_near(_SULFONYL, _TRIFLUOROMETHYL)}]"
_AMINE_RING = f"[a{_unless_near(_SULFONYL, _TRIFLUOROMETHYL, _CARBOXYL)}]"
_AZO_RING = f"[c{_unless_near(_SULFONYL)}]"


def _fused_triples() -> tuple[str, ...]:
    """Return three aromatic rings of five or six atoms, each fused to the next."""
    ends = [(left, right) for left in ("a:a", "a:a:a") for right in ("a:a:a", "a:a:a:a")]
    middles = (
        "a:1:{}:a:2:a:1:a:3:a(:a:a:2):{}:3",  # as in phenanthrene
        "a:1:{}:a:2:a:1:a:a:3:a(:a:2):{}:3",  # as in anthracene
        "a:1:{}:a:2:a:1:a:3:a(:a:2):{}:3",  # as in carbazole
    )
    around = "a:1:2:a:a:a:a:3:a:a:a:a(:{}:1):a:2:3"  # as in phenalene and acenaphthylene
    chains = [middle.format(*pair) for middle in middles for pair in ends]
    return (*chains, *(around.format(arm) for arm in ("a:a", "a:a:a")))


TOXICOPHORES: dict[str, tuple[str, ...]] = {
    "aromatic_nitro": (f"O=[N+]([O-])-{_NITRO_RING}",),
    "aromatic_amine": (f"[NX3H2]-{_AMINE_RING}",),
    "aromatic_nitroso": ("O=[NX2]-a",),
    "alkyl_nitrite": ("C-O-[NX2]=O",),
    "nitrosamine": ("N-[NX2]=O",),
    "epoxide": ("O1-[#6]-,:[#6]-1",),
    "aziridine": ("N1-C-C-1",),
    "azide": ("[#7]=[N+]=[N-]",),
    "diazo": ("C=[N+]=[N-]",),
    "triazene": ("N=N-N",),
    "aromatic_azo": (f"{_AZO_RING}-[NX2]=!@[NX2]-c",),
    "unsubstituted_heteroatom_on_heteroatom": ("[OX2H,NX3H2]-[N,O;!$([N+](=O)[O-])]",),
    "aromatic_hydroxylamine": ("[OX2H]-N-a",),
    "aliphatic_halide": ("[Cl,Br,I]-[C;!$(C=O)]",),
    "carboxylic_acid_halide": ("[Cl,Br,I]-C=O",),
    "nitrogen_or_sulfur_mustard": ("[N,S]-!@[CX4]-!@[CH2]-[Cl,Br,I]",),
    "bay_region": ("[cH]1[cH]ccc2ccc3cc[cH][cH]c3c12",),
    "K_region": ("[cH]1cccc2c1[cH][cH]c1[cH]cccc12",),
    "polycyclic_aromatic_system": _fused_triples(),
    "sulfonate_bonded_carbon": ("[#6]-!@[OX2]-S(=O)(=O)-[$([#6]),$(O-[#6])]",),
    "aliphatic_N_nitro": ("N-[N+](=O)[O-]",),
    "unsaturated_aldehyde": (
        "O=[CX3H]-C=O",
        "O=[CX3H]-[C;!$(C-[N,O,S])]=[C;!$(C-[N,O,S,a])]",
    ),
    "diazonium": ("[#6]-[N+]#N",),
    "beta_propiolactone": ("O=C1-C-C-O-1",),
    "unsaturated_alkoxy": ("[CX3H]=[CX3H]-O",),
    "1-aryl-2-alkylhydrazine": ("C-[NX3H;!R]-[NX3H;!R]-a",),
    "aromatic_methylamine": (f"[CH3]-[NX3H]-{_AMINE_RING}",),
    "aromatic_hydroxylamine_ester": ("a-N-O-*=O",),
}
"""Name to SMARTS, of which one suffices; names hold no blank and no semicolon."""
