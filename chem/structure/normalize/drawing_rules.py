"""Lists rules for groups that can be drawn in several ways, as (name, reaction SMARTS) for RDKit.

``CHARGES`` unites charge-separated, hypervalent and neutral drawings, in addition to RDKit's own
normalizer: needless charges on neighbouring atoms become a double bond (sulfoxides keep theirs, as
ChEMBL draws them). ``HYDROGENS`` moves a hydrogen between carbon and a heteroatom, always towards
the stable form. ``MAY_MOVE`` and, for hydroxyl and similar groups, ``MAY_MOVE_FROM_OXYGEN`` match
everything that ``HYDROGENS`` rewrites, and are quick to rule out.
"""

CHARGES = (
    ("phosphine oxide", "[P,As;+;X4:1][O,S,Se;-;X1:2]>>[P,As;+0:1]=[O,S,Se;+0:2]"),
    ("phosphine imide", "[P;+;X4:1][N;-:2]>>[P;+0:1]=[N;+0:2]"),
    ("phosphonium ylide", "[P;+;X4:1][C;-:2]>>[P;+0:1]=[C;+0:2]"),
    ("acyl phosphonium ylide", "[P;+;X4:1][C:2]=[C:3][O;-:4]>>[P;+0:1]=[C:2][C:3]=[O;+0:4]"),
    ("sulfoximine or sulfonamide oxide", "[S;+;X4:1][O;-;X1:2]>>[S;+0:1]=[O;+0:2]"),
    ("sulfoximine imide", "[S;+;X4:1][N;-:2]>>[S;+0:1]=[N;+0:2]"),
    ("doubly charged sulfonyl", "[S;+2;X4:1]([O;-:2])[O,N;-:3]>>[S;+0:1](=[O;+0:2])=[*;+0:3]"),
    ("sulfonium ylide", "[S;+;X3,X4:1][C;-:2]>>[S;+0:1]=[C;+0:2]"),
    ("acyl sulfonium ylide", "[S;+;X3,X4:1][C:2]=[C:3][O;-:4]>>[S;+0:1]=[C:2][C:3]=[O;+0:4]"),
    ("iodonium ylide", "[I;+;X2:1][C;-:2]>>[I;+0:1]=[C;+0:2]"),
    ("sulfilimine", "[S;+;X3:1][N;-:2]>>[S;+0:1]=[N;+0:2]"),
    ("sulfinic acid", "[S;+;X3:1]([O;-:2])[O;H1:3]>>[S;+0:1](=[O;+0:2])[O:3]"),
    ("selenoxide", "[Se,Te;+;X3:1][O;-:2]>>[*;+0:1]=[O;+0:2]"),
    ("iodoso", "[I;+;X2:1][O;-:2]>>[I;+0:1]=[O;+0:2]"),
    ("iodyl", "[I;+2;X3:1]([O;-:2])[O;-:3]>>[I;+0:1](=[O;+0:2])=[O;+0:3]"),
    ("azide", "[N;-:1][N;+:2]#[N;+0;X1:3]>>[N;+0:1]=[N;+:2]=[N;-:3]"),
    ("diazo", "[C;-:1][N;+:2]#[N;X1:3]>>[C;+0:1]=[N;+:2]=[N;-:3]"),
    (
        "diazo carbonyl compound",
        "[N;X1;+0:1]#[N;+:2][C:3]=[C:4][O;-:5]>>[N;-:1]=[N;+:2]=[C:3][C:4]=[O;+0:5]",
    ),
    (
        "diazoquinone",
        "[O;X1;+0:1]=[C;r6:2]1[C;r6:3](=[N;+:4]=[N;-;X1:5])[C,c;r6:6]=,:[C,c;r6:7]"
        "[C,c;r6:8]=,:[C,c;r6:9]1"
        ">>[O;-:1][c:2]1:[c:3]([N;+:4]#[N;+0:5]):[c:6]:[c:7]:[c:8]:[c:9]:1",
    ),
    (
        "para-diazoquinone",
        "[O;X1;+0:1]=[C;r6:2]1[C,c;r6:3]=,:[C,c;r6:6][C;r6:7](=[N;+:4]=[N;-;X1:5])"
        "[C,c;r6:8]=,:[C,c;r6:9]1"
        ">>[O;-:1][c:2]1:[c:3]:[c:6]:[c:7]([N;+:4]#[N;+0:5]):[c:8]:[c:9]:1",
    ),
    ("isocyanide", "[N;+0;X2:1]=[C;X1;H0;+0:2]>>[N;+:1]#[C;-:2]"),
    ("nitrile oxide", "[C;X2:1]=[N;+:2]=[O;+0;X1:3]>>[C:1]#[N;+:2][O;-:3]"),
    ("protonated N-oxide", "[O;X2;H1;+0:1][N,n;+;H0;!$([N+][O-]);!$([N+]=O):2]>>[O;-:1][*;+:2]"),
    (
        "diazeniumdiolate",
        "[O;-;X1:1][N;+:2]=[N;X2:3][O;X2;H1:4]>>[OH;+0:1][N;+0:2][N:3]=[OH0:4]",
    ),
    ("nitronate", "[C:1]=[N;+:2]([O;-:3])[O;-;X1:4]>>[C:1]=[N;+:2]([O;-:3])[OH;+0:4]"),
    (
        "sydnone",
        "[n;-:1]1:[o:2]:[c:3](=[O,N,S;+0:4]):[c:5]:[n;+:6]:1"
        ">>[n;+0:1]1:[o:2]:[c:3](-[*;-:4]):[c:5]:[n;+:6]:1",
    ),
    (
        "protonated sydnonimine",
        "[N;X3;!H0;+0:4]-[c:3]1:[c:5]:[n;+;H0:6]:[n;+0:1]:[o:2]:1"
        ">>[N;-:4]-[c:3]1:[c:5]:[n;+:6]:[n:1]:[o:2]:1",
    ),
    ("carbanion of an enol", "[c;-:1]:[c:2]=[O,S;+0:3]>>[c;+0:1]:[c:2]-[*;-:3]"),
    ("thiolate on a cation", "[S;-;X1:1]-[C;R:2]=[N;+:3]>>[S;+0:1]=[C:2][N;+0:3]"),
)
_ACCEPTOR = "$([#6]=[O,S]),$(C#N)"
_HELD = "$(C(=O)N),$(C#N)"
_SMALL = ";r5,r6,r7"
_UNSTABLE_ENOL = (
    # An enol is stable if the carbon between two carbonyl groups has a third one, an amide or
    # nitrile among them (teriflunomide, ring A of tetracyclines); or it is in a ring and bears a
    # heteroatom (oxicams, ascorbic acid); or it is in two rings (ring C of tetracyclines); or it
    # is in a lactone or thiolactone (tetronic acids, tipranavir, thiolactomycin). The ring must be
    # small: a macrocycle is as flexible as a chain, and telithromycin is a ketone.
    f"!$(C(=C)([{_ACCEPTOR}])[{_HELD}]);!$([C{_SMALL}](=[C{_SMALL}])-[N,O,S]);"
    f"!$([C;x3{_SMALL}](=[C{_SMALL}])-[C{_SMALL}]=O);"
    f"!$([C{_SMALL}](=[C{_SMALL}])-[C{_SMALL}](=O)-[O,S{_SMALL}])"
)
_STABLE_AS_ENOL = (
    f"$(C([{_ACCEPTOR}])([{_ACCEPTOR}])[{_HELD}]),"
    f"$([C{_SMALL}](-[C{_SMALL}](=O)-[#6])(-C=O)-[N,O,S]),"
    # Two rings that share a bond: a bridgehead cannot have a double bond.
    f"$([C;x3{_SMALL}](-[C{_SMALL}](=O)-[#6])(-[C{_SMALL}](=O)-[#6])-[#6;x3]),"
    f"$([C{_SMALL}](-[C{_SMALL}](=O)-[#6])-[C{_SMALL}](=O)-[O,S{_SMALL}]),"
    # A ketoaldehyde (oxymetholone).
    "$(C(-[C;H1]=O)-C(=O)-[#6])"
)
_ANTHRACENE = (
    "[c:3]2:[c:4]:[c:5]:[c:6]:[c:7]:[c:8]:2{bond}{middle}{bond}"
    "[c:10]2:[c:11]:[c:12]:[c:13]:[c:14]:[c:15]"
)
HYDROGENS = (
    ("acid drawn as an enediol", "[O;H1:1][C:2]([O,N,S:4])=[C;!R:3]>>[O:1]=[C:2]([*:4])[C:3]"),
    (
        "enol of a 1,3-dicarbonyl compound",
        "[O;X2;H1:1][C;H0;!$(C-[#6]=O);!$(C-[#7,#16]):2]"
        f"=[C;$(C-[{_ACCEPTOR}]);{_UNSTABLE_ENOL}:3]>>[O:1]=[C:2][C:3]",
    ),
    (
        "1,3-dicarbonyl compound",
        f"[O:1]=[C;$(C(-[#6])-[#6]),H1;!$(C-[O,N,S]):2]"
        f"[C;X4;!H0;{_STABLE_AS_ENOL}:3]>>[O:1][C:2]=[C:3]",
    ),
    (
        "enol",
        "[O;X2;H1:1][C;!$(C-[C,c]=,:[O,N,S]);!$(C-[#7,#8,#16;!H1]-[#6]=[#8]):2]"
        "=[C;!$(C-[#6]=[O,N,S]);!$(C-C#N);!$(C-[N+](=O)[O-]);!$(C-S(=O)=O);!$(C-[P]=O);"
        "!$(C-[c]:n):3]>>[O:1]=[C:2][C:3]",
    ),
    (
        "enamine",
        "[N;X3;H1,H2;!$(N-[#6]=[O,S,N]);!$(N-S=O);!$(N-c);!$(N-[N,O]);!$(N-C#N):1]"
        "[C;!$(C-[C,c]=,:[O,N,S]);!$(C(-[#7])-[#7,#8,#16]);!$(C-[C,c]=,:[C,c]):2]"
        "=[C;!$(C-[#6]=,#,:[*]);!$(C-[N+]);!$(C-S=O);!$(C-[P]=O);!$(C-[#7,#8,#16]):3]"
        ">>[N:1]=[C:2][C:3]",
    ),
    (
        "imine of a keto compound",
        "[N;X2;!$(N-[#7,#8]):1]=[C;!$(C-[#7,#8,#16]):2][C;X4;H1,H2;!$(C(C=O)C=O):3]"
        "[C;$(C(=O)[#1,C,c,$([O]-[#6])]):4]=[O:5]>>[N:1][C:2]=[C:3][C:4]=[O:5]",
    ),
    (
        "amidine beside a nitro group",
        "[N;X2:1]=[C:2][C;X4;!H0;$(C-[N+](=O)[O-]):3]>>[N:1][C:2]=[C:3]",
    ),
    ("nitroso", "[C;X4;!H0:1][N;X2:2]=[O;X1:3]>>[C:1]=[N:2][O:3]"),
    (
        "azo",
        "[C;X4;!H0:1][N;X2:2]=[N;X2;$(N-c),$(N-C=[O,N,S]):3]>>[C:1]=[N:2][N:3]",
    ),
    ("aci-nitro", "[C:1]=[N;+:2]([O;-:3])[O;H1:4]>>[C:1][N;+:2]([O;-:3])=[O:4]"),
    ("ynol", "[O;H1:1][C:2]#[C:3]>>[O:1]=[C:2]=[C:3]"),
    ("cyanate", "[O,S;H1:1][C:2]#[N:3]>>[*:1]=[C:2]=[N:3]"),
    ("cyanamide", "[N;X2;H1:1]=[C;X2:2]=[N;X2:3]>>[N:1]#[C:2][N:3]"),
    (
        "N-oxide beside a hydroxyl group",
        "[O;-;X1:1][n;+:2]:[c:3][O,S;X2;H1:4]>>[OH;+0:1][n;+0:2]:[c:3]=[*:4]",
    ),
    (
        "N-oxide across a hydroxyl group",
        "[O;-;X1:1][n;+:2]1:[c:5]:[c:6]:[c:3](:[c:7]:[c:8]:1)[O,S;X2;H1:4]"
        ">>[OH;+0:1][n;+0:2]1:[c:5]:[c:6]:[c:3](:[c:7]:[c:8]:1)=[*:4]",
    ),
    (
        "N-oxide beside an imine",
        "[O;H1:1][n;X3;+0:2]:[c:3]=[N;X2;+0:4]>>[O;-:1][n;+:2]:[c:3]-[N:4]",
    ),
    (
        "N-oxide across an imine",
        "[O;H1:1][n;X3;+0:2]1:[c:5]:[c:6]:[c:3](:[c:7]:[c:8]:1)=[N;X2;+0:4]"
        ">>[O;-:1][n;+:2]1:[c:5]:[c:6]:[c:3](:[c:7]:[c:8]:1)-[N:4]",
    ),
    (
        "nitramine, cyanamide or sulfonamide beside an imine",
        "[N;!R;X3;H1;$(N-[$([N+]=O),$(C#N),$(S(=O)=O)]):1][C;R:2]=[N;X2;R;!$(N-[#7,#8,#16]):3]"
        ">>[N:1]=[C:2][N:3]",
    ),
    (
        "pyrazolidinedione",
        "[O;X2;H1:1][c:2]1:[c:3]:[c:4](=[O:5]):[n,o;!X2,o:6]:[n,o;!X2,o:7]:1"
        ">>[O:1]=[C:2]1-[C:3]-[C:4](=[O:5])-[*:6]-[*:7]-1",
    ),
    (
        "barbiturate",
        "[O;X2;H1:1][c:2]1:[c:3]:[c:4](=[O:5]):[n;X3:6]:[c:7](=[O,S:8]):[n;X3:9]:1"
        ">>[O:1]=[C:2]1-[C:3]-[C:4](=[O:5])-[N:6]-[C:7](=[*:8])-[N:9]-1",
    ),
    (
        "hydantoin or rhodanine",
        "[O;X2;H1:1][c:2]1:[c:3]:[n,o,s;!X2,o,s:6]:[c:4](=[O,S:5]):[n;X3:7]:1"
        ">>[O:1]=[C:2]1-[C:3]-[*:6]-[C:4](=[*:5])-[N:7]-1",
    ),
    (
        "2-hydroxyindole",
        "[O,S;X2;H1:1][c:2]1:[c:3]:[c:4]2:[c:5]:[c:6]:[c:7]:[c:8]:[c:9]:2:[n,o,s:10]:1"
        ">>[*:1]=[C:2]1-[C:3]-[c:4]2:[c:5]:[c:6]:[c:7]:[c:8]:[c:9]:2-[*:10]-1",
    ),
    ("thioacid of phosphorus", "[P;X4:1](=[O:2])[S,Se;X2;H1:3]>>[P:1]([O:2])=[*:3]"),
    (
        "thiosulfonic acid",
        "[S;X4:1](=[O:2])(=[S;X1:3])[O;H1:4]>>[S:1](=[O:2])(=[O:4])[S:3]",
    ),
    (
        "9-anthrol",
        f"[O;X2;H1:1][c:2]1:{_ANTHRACENE.format(bond=':', middle='[c;H1:9]')}:1:2"
        f">>[O:1]=[C:2]1-{_ANTHRACENE.format(bond='-', middle='[C:9]')}:2-1",
    ),
    ("sulfonimidic acid", "[S;X4:1](=[O:2])(=[N:3])[O;H1:4]>>[S:1](=[O:2])(=[O:4])[N:3]"),
    ("sulfinimidic acid", "[S;X3:1](=[N:3])[O;H1:4]>>[S:1](=[O:4])[N:3]"),
    ("phosphonimidic acid", "[P;X4:1](=[N:3])[O;H1:4]>>[P:1](=[O:4])[N:3]"),
    ("phosphite", "[P;X3;H0;+0:1]([O,N:2])([O,N:3])[O;H1:4]>>[PH:1](=[O:4])([*:2])[*:3]"),
    ("phosphinous acid", "[P;X3;H0;+0:1]([#6:2])([#6,#8:3])[O;H1:4]>>[PH:1](=[O:4])([*:2])[*:3]"),
)
MAY_MOVE_FROM_OXYGEN = (
    "[O,S;X2;H1]-[C,N]=,#*",
    "[O,S;H1]-c:[n+]",
    "[O,S;X2;H1]-c1cc2ccccc2[n,o,s]1",
    "[O,S;H1]-c:c:c:[n+]",
    "[O;X2;H1]-c1c2ccccc2[cH]c2ccccc12",
    "[O,S,Se;X2;H1]-[P,S]",
    "[O;H1]-[N+]=C",
    "[O;H1]-[n;X3]",
    "[O;X2;H1]-c1:c:c(=O):[n,o]:[n,o]:1",
    "[O;X2;H1]-c1:c:c(=O):n:c(=[O,S]):n:1",
    "[O;X2;H1]-c1:c:[n,o,s]:c(=[O,S]):n:1",
)
MAY_MOVE = (
    "[N;X3;!H0]-[C]=C",
    "[C;X4;!H0]-[N;X2]=[N,O]",
    "[N;X2]=[C]-[C;X4;!H0]-[$(C=O),$([N+]=O)]",
    "[C;X4;!H0](-[$([#6](=O)[#6]),$([C;H1]=O)])-[#6]=O",
    "[N;X2;H1]=[C;X2]",
    "[N;!R;X3;H1;$(N-[$([N+]=O),$(C#N),$(S=O)])]-[C;R]=[N;R]",
)
