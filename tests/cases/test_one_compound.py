"""One compound, one key: what is drawn in several ways, and what must stay apart."""

import pytest

from chem.records.records import Failure
from chem.structure.registration import registration_key
from chem.structure.standardize import Standardized, standardize

ONE_COMPOUND = {
    # salts of N-H acids, drawn with the charge on oxygen
    "phenytoin sodium": (
        "O=C1NC(=O)C(c2ccccc2)(c2ccccc2)N1",
        "[Na+].[O-]C1=NC(=O)C(c2ccccc2)(c2ccccc2)N1",
        "[Na+].O=C1[N-]C(=O)C(c2ccccc2)(c2ccccc2)N1",
        "O=C1N=C(O)C(c2ccccc2)(c2ccccc2)N1",
    ),
    "pentobarbital sodium": (
        "CCCC(C)C1(CC)C(=O)NC(=O)NC1=O",
        "CCCC(C)C1(CC)C(=O)N=C([O-])NC1=O.[Na+]",
        "CCCC(C)C1(CC)C(=O)NC(O)=NC1=O",
        "CCCC(C)C1(CC)C(O)=NC(=O)N=C1O",
    ),
    "aciclovir sodium": (
        "Nc1nc2c(ncn2COCCO)c(=O)[nH]1",
        "Nc1nc([O-])c2ncn(COCCO)c2n1.[Na+]",
        "N=c1[nH]c2c(ncn2COCCO)c(=O)[nH]1",
        "Nc1nc(=O)c2ncn(COCCO)c2[nH]1",
    ),
    "warfarin": (
        "CC(=O)CC(c1ccccc1)c1c(O)c2ccccc2oc1=O",
        "CC(=O)CC(c1ccccc1)c1c([O-])c2ccccc2oc1=O.[Na+]",
        "CC(=O)CC(c1ccccc1)C1C(=O)Oc2ccccc2C1=O",
        "CC(=O)CC(c1ccccc1)c1c(O)oc2ccccc2c1=O",
    ),
    "phenacetin": ("CCOc1ccc(NC(C)=O)cc1", "CC(O)=Nc1ccc(OCC)cc1", "C=C(O)Nc1ccc(OCC)cc1"),
    # rings with N-H
    "vandetanib": (
        "COc1cc2c(Nc3ccc(Br)cc3F)ncnc2cc1OCC1CCN(C)CC1",
        "COc1cc2/c(=N/c3ccc(Br)cc3F)nc[nH]c2cc1OCC1CCN(C)CC1",
    ),
    "adenine": ("Nc1ncnc2[nH]cnc12", "Nc1ncnc2nc[nH]c12", "N=c1[nH]cnc2nc[nH]c12"),
    "mercaptopurine": ("S=c1[nH]cnc2[nH]cnc12", "Sc1ncnc2nc[nH]c12", "S=c1nc[nH]c2nc[nH]c12"),
    "theophylline": ("Cn1c(=O)c2[nH]cnc2n(C)c1=O", "Cn1c(=O)c2nc[nH]c2n(C)c1=O"),
    "losartan's tetrazole": ("c1ccc(-c2nnn[nH]2)cc1", "c1ccc(-c2nn[nH]n2)cc1"),
    "cytosine": ("Nc1cc[nH]c(=O)n1", "N=c1cc[nH]c(=O)[nH]1", "Nc1ccnc(O)n1", "Nc1ccnc(=O)[nH]1"),
    "4-pyridone": ("O=c1cc[nH]cc1", "Oc1ccncc1"),
    "2-mercaptopyridine": ("S=c1cccc[nH]1", "Sc1ccccn1", "[Na+].[S-]c1ccccn1"),
    "pyrithione": ("On1ccccc1=S", "[O-][n+]1ccccc1S"),
    "edaravone": (
        "Cc1cc(=O)n(-c2ccccc2)[nH]1",
        "CC1=NN(c2ccccc2)C(=O)C1",
        "Cc1cc(O)n(-c2ccccc2)n1",
    ),
    "pacritinib's aniline": ("c1ccc(Nc2ncccn2)cc1", "c1ccc(N=c2nccc[nH]2)cc1"),
    "oxindole": ("O=C1Cc2ccccc2N1", "Oc1cc2ccccc2[nH]1"),
    # amidines and guanidines: the place of C=N, and its geometry
    "cimetidine": (
        "C/N=C(/NCCSCc1nc[nH]c1C)NC#N",
        "CN=C(NCCSCc1nc[nH]c1C)NC#N",
        "C/N=C(\\NCCSCc1nc[nH]c1C)NC#N",
        "CNC(=NC#N)NCCSCc1[nH]cnc1C",
    ),
    "clonidine": ("Clc1cccc(Cl)c1NC1=NCCN1", "Clc1cccc(Cl)c1N=C1NCCN1"),
    "guanabenz": ("NC(N)=N/N=C/c1c(Cl)cccc1Cl", "N=C(N)N/N=C/c1c(Cl)cccc1Cl"),
    "ranitidine": ("CNC(=C[N+](=O)[O-])NCC", "CN/C(=C\\[N+](=O)[O-])NCC", "CN=C(C[N+](=O)[O-])NCC"),
    "minoxidil": (
        "Nc1cc(N2CCCCC2)nc(N)[n+]1[O-]",
        "N=c1cc(N2CCCCC2)nc(N)n1O",
        "N=c1nc(N2CCCCC2)cc(N)n1O",
        "Nc1cc(N2CCCCC2)nc(N)[n+]1O.[Cl-]",
    ),
    "4-aminopyridine N-oxide": ("Nc1cc[n+]([O-])cc1", "N=c1ccn(O)cc1"),
    "imidacloprid": (
        "O=[N+]([O-])N=C1NCCN1Cc1ccc(Cl)nc1",
        "O=[N+]([O-])NC1=NCCN1Cc1ccc(Cl)nc1",
        "O=[N+]([O-])/N=C1\\NCCN1Cc1ccc(Cl)nc1",
    ),
    "a cyanoimino compound": ("CN1CCNC1=NC#N", "CN1CCN=C1NC#N"),
    "an indoloquinone": (
        "CNC1=C(C)C(=O)C2=C(C1=O)C(CO)CN2",
        "CNC1=C(C)C(=O)C2=NCC(CO)C2=C1O",
    ),
    "salicylideneaniline": ("Oc1ccccc1C=Nc1ccccc1", "O=C1C=CC=CC1=CNc1ccccc1"),
    "a pyrazole beside an isoxazoline": (
        "CC1CC(c2n[nH]c3ccccc23)=NO1",
        "CC1CC(=C2N=Nc3ccccc32)NO1",
        "CC1CC(c2[nH]nc3ccccc23)=NO1",
    ),
    "a dihydropyrazolopyridine": ("CC1=CCc2c[nH]nc2N1", "CC1=CCC2=CNNC2=N1"),
    "indirubin oxime ether": (
        "CON=C1C(=C2C(=O)Nc3ccccc32)Nc2ccccc21",
        "CON=C1C(c2c(O)[nH]c3ccccc23)=Nc2ccccc21",
    ),
    # azo groups and enamines that turn over by way of a hydrazone or imine
    "sulfasalazine": (
        "O=C(O)c1cc(N=Nc2ccc(S(=O)(=O)Nc3ccccn3)cc2)ccc1O",
        "O=C(O)c1cc(/N=N/c2ccc(S(=O)(=O)N=c3cccc[nH]3)cc2)ccc1O",
    ),
    "phenazopyridine": ("Nc1ccc(N=Nc2ccccc2)c(N)n1", "Nc1ccc(/N=N/c2ccccc2)c(N)n1"),
    "diminazene": (
        "N=C(N)c1ccc(NN=Nc2ccc(C(=N)N)cc2)cc1",
        "N=C(N)c1ccc(N/N=N/c2ccc(C(=N)N)cc2)cc1",
        "NC(=[NH2+])c1ccc(/N=N\\Nc2ccc(C(=N)N)cc2)cc1.CC(=O)NCC(=O)[O-]",
    ),
    "a formazan": (
        "c1ccc(NN=C(N=Nc2ccccc2)c2ccccc2)cc1",
        "c1ccc(N/N=C(\\N=N\\c2ccccc2)c2ccccc2)cc1",
        "c1ccc(N/N=C(/N=N/c2ccccc2)c2ccccc2)cc1",
    ),
    "dithizone": (
        "S=C(NNc1ccccc1)N=Nc1ccccc1",
        "S=C(NNc1ccccc1)/N=N/c1ccccc1",
        "S/C(=N\\Nc1ccccc1)/N=N/c1ccccc1",
    ),
    "a diketimine": (
        "CC(=CC(C)=Nc1ccccc1)Nc1ccccc1",
        "C/C(=C/C(C)=N/c1ccccc1)Nc1ccccc1",
    ),
    "dacarbazine": ("CN(C)N=Nc1nc[nH]c1C(N)=O", "CN(C)/N=N/c1[nH]cnc1C(N)=O"),
    "eltrombopag's pyrazolone": (
        "CC1=NN(c2ccccc2)C(=O)C1=NNc1ccccc1O",
        "CC1=NN(c2ccccc2)C(=O)/C1=N\\Nc1ccccc1O",
        "Cc1nn(-c2ccccc2)c(O)c1N=Nc1ccccc1O",
    ),
    "nintedanib's oxindole": (
        "O=C1Nc2ccccc2C1=C(Nc1ccccc1)c1ccccc1",
        "O=C1Nc2ccccc2/C1=C(\\Nc1ccccc1)c1ccccc1",
        "O=C1Nc2ccccc2C1C(=Nc1ccccc1)c1ccccc1",
    ),
    # hydrogens on carbon
    "phenylbutazone": (
        "CCCCC1C(=O)N(c2ccccc2)N(c2ccccc2)C1=O",
        "CCCCC1=C(O)N(c2ccccc2)N(c2ccccc2)C1=O",
        "CCCC[C-]1C(=O)N(c2ccccc2)N(c2ccccc2)C1=O.[Na+]",
    ),
    "a barbiturate with hydrogen": (
        "CCC1C(=O)NC(=O)NC1=O",
        "CCc1c(O)[nH]c(=O)[nH]c1=O",
        "CC[C-]1C(=O)NC(=O)NC1=O.[Na+]",
    ),
    "rhodanine": ("O=C1CSC(=S)N1", "OC1=CSC(=S)N1", "OC1=CSC(S)=N1"),
    "dehydroacetic acid": (
        "CC(=O)c1c(O)cc(C)oc1=O",
        "CC(=O)[C-]1C(=O)OC(C)=CC1=O.[Na+]",
        "CC1=CC(=O)C(=C(C)O)C(=O)O1",
        "CC(=O)C1C(=O)C=C(C)OC1=O",
    ),
    "a nitronate": ("CC[N+](=O)[O-]", "CC=[N+]([O-])[O-].[Na+]"),
    "4-nitrophenol": ("O=[N+]([O-])c1ccc(O)cc1", "O=C1C=CC(=[N+]([O-])[O-])C=C1.[Na+]"),
    "acetylacetone": ("CC(=O)CC(C)=O", "CC(=O)C=C(C)O", "CC(=O)/C=C(/C)O"),
    "teriflunomide": (
        "C/C(O)=C(/C#N)C(=O)Nc1ccc(C(F)(F)F)cc1",
        "CC(=O)C(C#N)C(=O)Nc1ccc(C(F)(F)F)cc1",
    ),
    "piroxicam": (
        "CN1C(C(=O)Nc2ccccn2)=C(O)c2ccccc2S1(=O)=O",
        "CN1C(C(=O)Nc2ccccn2)C(=O)c2ccccc2S1(=O)=O",
        "CN1C(=C(O)Nc2ccccn2)C(=O)c2ccccc2S1(=O)=O",
    ),
    "phenol": ("CCc1ccc(O)cc1", "O=C1C=CC(CC)=CC1", "O=C1C=CC(CC)C=C1"),
    "dithranol": ("O=C1c2c(O)cccc2Cc2cccc(O)c12", "Oc1cccc2cc3cccc(O)c3c(O)c12"),
    "phloroglucinol": ("Oc1cc(O)cc(O)c1", "O=C1CC(=O)CC(=O)C1"),
    "cyclohexanone": ("O=C1CCCCC1", "OC1=CCCCC1"),
    "acetone oxime": ("CC(C)=NO", "CC(C)N=O"),
    "azophenol": ("Oc1ccc(N=Nc2ccccc2)cc1", "O=C1C=CC(=NNc2ccccc2)C=C1"),
    "a hydrazone": ("CC(C)=NNc1ccccc1", "CC(C)N=Nc1ccccc1"),
    "a thiotetronic acid": (
        "C=CC1(C)SC(=O)C(C)=C1O",
        "C=CC1(C)SC(=O)C(C)C1=O",
        "[Na+].C=CC1(C)SC(=O)C(C)=C1[O-]",
    ),
    "nitromethane": ("C[N+](=O)[O-]", "C=[N+]([O-])O", "CN(=O)=O"),
    # a cage allows its nitrogen one configuration
    "quinine": (
        "C=C[C@H]1CN2CC[C@H]1C[C@H]2[C@H](O)c1ccnc2ccc(OC)cc12",
        "C=C[C@H]1C[N@@]2CC[C@H]1C[C@H]2[C@H](O)c1ccnc2ccc(OC)cc12",
    ),
    # dyes
    "methylene blue": (
        "CN(C)c1ccc2nc3ccc(=[N+](C)C)cc-3sc2c1",
        "CN(C)c1ccc2c(c1)[s+]c1cc(N(C)C)ccc1n2",
        "CN(C)C1=CC2=[S+]c3cc(ccc3N=C2C=C1)N(C)C",
        "CN(C)c1ccc2nc3ccc(=[N+](C)C)cc-3sc2c1.[Cl-].O.O.O",
    ),
    "crystal violet": (
        "CN(C)c1ccc(C(c2ccc(N(C)C)cc2)=C2C=CC(=[N+](C)C)C=C2)cc1.[Cl-]",
        "CN(C)c1ccc([C+](c2ccc(N(C)C)cc2)c2ccc(N(C)C)cc2)cc1.[Cl-]",
    ),
    "a cyanine": (
        "CCN1C=CC(=CC=Cc2cc[n+](CC)cc2)C=C1",
        "CC[n+]1ccc(C=CC=C2C=CN(CC)C=C2)cc1",
    ),
    "an amidinium": ("CN1CCN(C)C1=[N+](C)C", "CN1CC[N+](C)=C1N(C)C"),
    "3-hydroxy-N-methylpyridinium": ("C[n+]1cccc([O-])c1", "C[n+]1cccc(O)c1.[Br-]"),
    "7-methylguanosine": (
        "C[n+]1cn(C2CCCO2)c2nc(N)[nH]c(=O)c21.[Cl-]",
        "C[n+]1cn(C2CCCO2)c2nc(N)[n-]c(=O)c21",
        "C[n+]1cn(C2CCCO2)c2nc(N)nc([O-])c21",
        "CN1C=[N+](C2CCCO2)c2nc(N)nc([O-])c21",
    ),
    # groups
    "sulfone": ("CS(C)(=O)=O", "C[S+2]([O-])([O-])C"),
    "phosphine oxide": ("CP(C)(=O)c1ccccc1", "C[P+]([O-])(C)c1ccccc1"),
    "sulfoximine": ("CS(=O)(=N)c1ccccc1", "C[S+]([O-])(=N)c1ccccc1"),
    "sulfilimine": ("CS(C)=Nc1ccccc1", "C[S+](C)[N-]c1ccccc1"),
    "thiophosphoric acid": ("CCOP(=O)(O)S", "CCOP(=S)(O)O", "CCOP([O-])(=S)O.[Na+]"),
    "a thiosulfonic acid": (
        "Cc1ccc(S(=O)(=O)S)cc1",
        "Cc1ccc(S(=O)([O-])=S)cc1.[K+]",
        "Cc1ccc(S(=O)(=O)[S-])cc1.[K+]",
    ),
    "cupferron": (
        "O=NN(O)c1ccccc1",
        "[NH4+].O=NN([O-])c1ccccc1",
        "[O-][N+](=NO)c1ccccc1",
    ),
    "a NONOate": (
        "CCN(CC)N(O)N=O",
        "CCN(CC)[N+]([O-])=NO",
        "[Na+].CCN(CC)/[N+]([O-])=N/[O-]",
    ),
    "thioacetic acid": ("CC(=O)S", "CC(O)=S", "CC(=O)[S-].[K+]", "CC([O-])=S.[K+]"),
    "azide": ("CN=[N+]=[N-]", "CN=N#N", "C[N-][N+]#N"),
    "diazo": ("C=[N+]=[N-]", "[CH2-][N+]#N", "C=N#N"),
    "azaserine": (
        "NC(COC(=O)C=[N+]=[N-])C(=O)O",
        "NC(COC(=O)[CH-][N+]#N)C(=O)O",
        "NC(COC([O-])=C[N+]#N)C(=O)O",
    ),
    "a diazonaphthoquinone": (
        "[O-]c1c([N+]#N)ccc2c1cccc2S(=O)(=O)Cl",
        "O=C1C(=[N+]=[N-])C=Cc2c1cccc2S(=O)(=O)Cl",
    ),
    "a para-diazoquinone": ("[O-]c1ccc([N+]#N)cc1", "O=C1C=CC(=[N+]=[N-])C=C1"),
    "a diazonium phenol": (
        "[O-]c1ccccc1[N+]#N",
        "Oc1ccccc1[N+]#N.F[B-](F)(F)F",
        "O=C1C=CC=CC1=[N+]=[N-]",
    ),
    "sulfonium ylide": (
        "CS(C)=CC(=O)OC",
        "C[S+](C)[CH-]C(=O)OC",
        "C[S+](C)C=C([O-])OC",
    ),
    "oxosulfonium ylide": ("C=S(C)(C)=O", "[CH2-][S+](C)(C)=O", "C=[S+](C)(C)[O-]"),
    "iodonium ylide": (
        "COC(=O)C(=Ic1ccccc1)C(=O)OC",
        "COC(=O)[C-]([I+]c1ccccc1)C(=O)OC",
    ),
    "phosphorus ylide": ("C=P(C)(C)C", "[CH2-][P+](C)(C)C"),
    "iodosobenzene": ("O=Ic1ccccc1", "[O-][I+]c1ccccc1"),
    "phosphonic acid": ("CO[PH](=O)OC", "COP(O)OC"),
    "an N-oxide": ("C[N+](C)(C)[O-]", "C[N+](C)(C)O.[Cl-]", "CN(C)(C)=O"),
    "nicotinic acid N-oxide": ("O=C(O)c1ccc[n+]([O-])c1", "O=C(O)c1ccc[n+](O)c1.[Cl-]"),
    "molsidomine": (
        "CCOC(=O)[N-]c1c[n+](N2CCOCC2)no1",
        "CCOC(=O)/N=c1/c[n+](N2CCOCC2)[n-]o1",
        "CCOC([O-])=Nc1c[n+](N2CCOCC2)no1",
    ),
    "linsidomine": (
        "[NH-]c1c[n+](N2CCOCC2)no1",
        "N=c1c[n+](N2CCOCC2)[n-]o1",
        "Nc1c[n+](N2CCOCC2)no1.[Cl-]",
    ),
    "a sydnone": ("[O-]c1c[n+](-c2ccccc2)no1", "O=c1c[n+](-c2ccccc2)[n-]o1"),
    # inner salts
    "betaine": (
        "C[N+](C)(C)CC(=O)[O-]",
        "C[N+](C)(C)CC(=O)O.[Cl-]",
        "C[N+](C)(C)CC(=O)[O-].[Na+].[Cl-]",
    ),
    "trigonelline": ("C[n+]1cccc(C(=O)[O-])c1", "C[n+]1cccc(C(=O)O)c1.[Cl-]"),
    "neostigmine's phenol": ("C[N+](C)(C)c1cccc([O-])c1", "C[N+](C)(C)c1cccc(O)c1.[Br-]"),
    "a sulfobetaine": ("C[N+](C)(C)CCCS(=O)(=O)[O-]", "C[N+](C)(C)CCCS(=O)(=O)O.[Cl-]"),
    "N-methyl-4-pyridone": ("Cn1ccc(=O)cc1", "C[n+]1ccc([O-])cc1", "C[n+]1ccc(O)cc1.[Cl-]"),
    "choline phosphate": ("C[N+](C)(C)CCOP(=O)([O-])O", "C[N+](C)(C)CCOP(=O)(O)O.[Cl-]"),
}
"""Name to drawings of one compound; the first is the one that is judged, or says the same."""

CATIONS = {
    "azure A": (
        "CN(C)c1ccc2nc3ccc(=N)cc-3sc2c1",
        "CN(C)c1ccc2nc3ccc(=[NH2+])cc-3sc2c1.[Cl-]",
        "CN(C)c1ccc2nc3ccc(N)cc3[s+]c2c1",
        "C[N+](C)=c1ccc2nc3ccc(N)cc3sc-2c1",
    ),
    "toluidine blue": (
        "Cc1cc2nc3ccc(N(C)C)cc3[s+]c2cc1N",
        "Cc1cc2nc3ccc(=[N+](C)C)cc-3sc2cc1N.[Cl-]",
        "CC1=CC2=Nc3ccc(N(C)C)cc3SC2=CC1=[NH2+]",
    ),
    "Nile blue": (
        "CCN(CC)c1ccc2nc3c4ccccc4c(=[NH2+])cc-3oc2c1",
        "CCN(CC)c1ccc2nc3c4ccccc4c(N)cc3[o+]c2c1",
        "CC[N+](CC)=c1ccc2nc3c4ccccc4c(N)cc3oc-2c1",
    ),
    "rhodamine 6G": (
        "CCNc1cc2oc3cc(=[NH+]CC)c(C)cc3c(-c3ccccc3C(=O)OCC)c2cc1C",
        "CCNc1cc2[o+]c3cc(NCC)c(C)cc3c(-c3ccccc3C(=O)OCC)c2cc1C",
        "CCNc1cc2oc3cc(NCC)c(C)cc3[c+](-c3ccccc3C(=O)OCC)c2cc1C",
    ),
    "methyl violet 6B": (
        "CNc1ccc(C(=C2C=CC(=[N+](C)C)C=C2)c2ccc(N(C)C)cc2)cc1",
        "C[NH+]=C1C=CC(=C(c2ccc(N(C)C)cc2)c2ccc(N(C)C)cc2)C=C1",
    ),
    "safranin": (
        "Cc1cc2nc3cc(C)c(N)cc3[n+](-c3ccccc3)c2cc1N",
        "Cc1cc2nc3cc(C)c(=[NH2+])cc-3n(-c3ccccc3)c2cc1N",
    ),
    "ethidium": (
        "CC[n+]1c(-c2ccccc2)c2cc(N)ccc2c2ccc(N)cc12.[Br-]",
        "CCN1C(c2ccccc2)=C2C=C(N)C=CC2=C2C=CC(=[NH2+])C=C12",
    ),
    "dequalinium": (
        "Cc1cc(N)c2ccccc2[n+]1CCCC[n+]1c(C)cc(N)c2ccccc12",
        "CC1=CC(=[NH2+])c2ccccc2N1CCCCN1C(C)=CC(=N)c2ccccc12",
    ),
    "pifithrin": (
        "N=c1sc2c(n1CC(=O)c1ccc(C)cc1)CCCC2",
        "Nc1sc2c([n+]1CC(=O)c1ccc(C)cc1)CCCC2.[Br-]",
    ),
    "1-methyladenosine": (
        "Cn1cnc2c(ncn2C2CCCO2)c1=N",
        "C[n+]1cnc2c(ncn2C2CCCO2)c1N.[I-]",
    ),
    "an acylated pyridinimine": (
        "CC(=O)N=c1ccccn1C",
        "CC(=O)Nc1cccc[n+]1C.[I-]",
        "CC(=O)[N-]c1cccc[n+]1C",
    ),
    "berberrubine": (
        "COc1ccc2cc3[n+](cc2c1O)CCc1cc2c(cc1-3)OCO2",
        "COc1ccc2cc3[n+](cc2c1[O-])CCc1cc2c(cc1-3)OCO2",
        "COC1=CC=C2C=C3N(C=C2C1=O)CCc1cc2c(cc1-3)OCO2",
    ),
    "ceftolozane's pyrazolium": (
        "Cn1c(N)c(NC(=O)NCCN)c[n+]1CC1=C(C(=O)[O-])NCSC1",
        "Cn1c(=N)c(NC(=O)NCCN)cn1CC1=C(C(=O)O)NCSC1",
        "Cn1c(N)c(NC(=O)NCCN)c[n+]1CC1=C(C(=O)O)NCSC1.OS(=O)(=O)[O-]",
    ),
}
"""Cations that share their charge with N-H or O-H: judged as drawn, with the key of the base."""

APART = (
    (
        "quinine and quinidine",
        "OC(c1ccncc1)[C@H]1CC[C@@H](C)CN1",
        "OC(c1ccncc1)[C@@H]1CC[C@@H](C)CN1",
    ),
    ("oxime geometry", "C/C(=N\\O)c1ccccc1", "C/C(=N/O)c1ccccc1"),
    ("a drawn oxime and a flat one", "C/C(=N\\O)c1ccccc1", "CC(=NO)c1ccccc1"),
    ("cis and trans", "CC/C=C\\C", "CC/C=C/C"),
    ("deuterium", "[2H]C([2H])([2H])Oc1ccccc1", "COc1ccccc1"),
    ("enantiomers of a sulfoximine", "C[S@](=O)(=N)c1ccccc1", "C[S@@](=O)(=N)c1ccccc1"),
    ("racemate and enantiomer", "C[C@H](N)c1ccccc1 |&1:1|", "C[C@H](N)c1ccccc1"),
    ("racemate and flat", "C[C@H](N)c1ccccc1 |&1:1|", "CC(N)c1ccccc1"),
    ("a ketone's own enantiomers", "CC(=O)[C@H](C)CC", "CC(=O)[C@@H](C)CC"),
    ("enantiomers of an amino acid", "C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"),
    ("epimers of a 3-oxo ester", "CC(=O)[C@H](CC)C(=O)OC", "CC(=O)[C@@H](CC)C(=O)OC"),
    ("a drawn 3-oxo ester and a flat one", "CC(=O)[C@H](CC)C(=O)OC", "CC(=O)C(CC)C(=O)OC"),
    ("triazenes without N-H", "CN(C)/N=N/c1ccccc1", "CN(C)/N=N\\c1ccccc1"),
    ("azodicarboxamides", "CNC(=O)/N=N/C(=O)NC", "CNC(=O)/N=N\\C(=O)NC"),
    ("enamines without N-H", "CN(C)/C=C/C=NC", "CN(C)/C=C\\C=NC"),
    ("9- and 1-anthrol", "Oc1c2ccccc2cc2ccccc12", "Oc1cccc2cc3ccccc3cc12"),
    ("azobenzenes", "c1ccc(/N=N/c2ccccc2)cc1", "c1ccc(/N=N\\c2ccccc2)cc1"),
    ("enamides", "CC(=O)N/C=C/C(=O)OC", "CC(=O)N/C=C\\C(=O)OC"),
    ("hydrazones", "CN/N=C/c1ccccc1", "CN/N=C\\c1ccccc1"),
    ("rifampicin and its quinone", "Cc1cc(O)c2ccccc2c1O", "CC1=CC(=O)c2ccccc2C1=O"),
    ("2- and 4-nitroimidazole", "O=[N+]([O-])c1ncc[nH]1", "O=[N+]([O-])c1cnc[nH]1"),
    (
        "thalidomide",
        "O=C1CC[C@H](N2C(=O)c3ccccc3C2=O)C(=O)N1",
        "O=C1CC[C@@H](N2C(=O)c3ccccc3C2=O)C(=O)N1",
    ),
    ("N-methyl lactam and methoxy lactim", "Cn1ccccc1=O", "COc1ccccn1"),
    ("methyl on the other nitrogen", "Cc1cc(-c2ccccc2)n(C)n1", "Cc1cc(-c2ccccc2)nn1C"),
    ("methyl on the ring or beside it", "C[n+]1ccccc1N", "CNc1ccccn1"),
    ("a base and its 3-isomer", "C[n+]1ccccc1N", "C[n+]1cccc(N)c1"),
    ("pralidoxime's geometry", "C[n+]1ccccc1/C=N/O", "C[n+]1ccccc1/C=N\\O"),
    (
        "stilbazolium's geometry",
        "C[n+]1ccc(/C=C/c2ccc(N)cc2)cc1",
        "C[n+]1ccc(/C=C\\c2ccc(N)cc2)cc1",
    ),
    (
        "epimers of a macrolide between its carbonyl groups",
        "C[C@@H]1C(=O)OCCCCCCC[C@@H](C)C1=O",
        "C[C@H]1C(=O)OCCCCCCC[C@@H](C)C1=O",
    ),
    ("isomers of position", "Oc1ccccc1N", "Oc1cccc(N)c1"),
    ("enone and its isomer", "O=C1CCC2=CC(=O)CCC2C1", "O=C1CCC2C=CC(=O)CC2C1"),
    ("progesterone-like enones", "O=C1C=C2CCCCC2CC1", "O=C1CC2=CCCCC2CC1"),
    ("azo compound and hydrazine", "c1ccc(N=Nc2ccccc2)cc1", "c1ccc(NNc2ccccc2)cc1"),
    ("quinone and hydroquinone", "O=C1C=CC(=O)C=C1", "Oc1ccc(O)cc1"),
    ("amide and its imidate", "CC(=O)NC", "CC(=N)OC"),
    ("oxime and amide", "CC(C)=NO", "CCC(N)=O"),
    ("nitrone and oxime ether", "C=[N+](C)[O-]", "C=NOC"),
    ("sulfoxide and sulfone", "CS(C)=O", "CS(C)(=O)=O"),
    (
        "rhodamine and its lactone",
        "CN(C)c1ccc2c(-c3ccccc3C(=O)O)c3ccc(=[N+](C)C)cc-3oc2c1",
        "CN(C)c1ccc2c(c1)Oc1cc(N(C)C)ccc1C21OC(=O)c2ccccc21",
    ),
    ("exocyclic and endocyclic alkene", "C=C1CCCCC1", "CC1=CCCCC1"),
    ("barbiturate and thiobarbiturate", "O=C1CC(=O)NC(=O)N1", "O=C1CC(=O)NC(=S)N1"),
)


def accept(structure: str) -> Standardized:
    result = standardize(structure, "smiles")
    assert isinstance(result, Standardized), (structure, result)
    return result


@pytest.mark.parametrize("name", [*ONE_COMPOUND, *CATIONS])
def test_drawings_of_one_compound_have_one_key(name: str) -> None:
    drawings = [accept(one) for one in {**ONE_COMPOUND, **CATIONS}[name]]
    assert len({one.key for one in drawings}) == 1
    assert {registration_key(one.mol, one.smiles) for one in drawings} == {drawings[0].key}


@pytest.mark.parametrize("name", ONE_COMPOUND)
def test_drawings_of_one_compound_are_judged_alike(name: str) -> None:
    drawings = [accept(one) for one in ONE_COMPOUND[name]]
    assert len({one.smiles for one in drawings}) == 1


@pytest.mark.parametrize(("name", "one", "other"), APART, ids=[name for name, _, _ in APART])
def test_different_compounds_have_different_keys(name: str, one: str, other: str) -> None:
    assert accept(one).key != accept(other).key


@pytest.mark.parametrize(
    ("drawn", "judged", "change"),
    [
        (
            "[O-]C1=NC(=O)C(c2ccccc2)(c2ccccc2)N1.[Na+]",
            "O=C1NC(=O)C(c2ccccc2)(c2ccccc2)N1",
            "tautomer",
        ),
        ("CC(O)=Nc1ccc(OCC)cc1", "CCOc1ccc(NC(C)=O)cc1", "tautomer"),
        ("Oc1ccccn1", "O=c1cccc[nH]1", "tautomer"),
        ("Oc1cccnc1", "Oc1cccnc1", None),
        ("Oc1cccc2cccnc12", "Oc1cccc2cccnc12", None),
        ("CC(O)=CC", "CCC(C)=O", "tautomer"),
        (
            "CN(C)c1ccc2c(c1)[s+]c1cc(N(C)C)ccc1n2",
            "CN(C)c1ccc2nc3ccc(=[N+](C)C)cc-3sc2c1",
            "resonance",
        ),
        ("C[N-][N+]#N", "CN=[N+]=[N-]", "normalized"),
        ("CS(C)=O", "C[S+](C)[O-]", "normalized"),
        ("CC(=O)Nc1ccc(O)cc1", "CC(=O)Nc1ccc(O)cc1", None),
        ("Oc1ccccc1C=Nc1ccccc1", "Oc1ccccc1C=Nc1ccccc1", None),
        ("Oc1ccc(C=Nc2ccccc2)cc1", "Oc1ccc(C=Nc2ccccc2)cc1", None),
        ("CNC1=C(C)C(=O)C2=C(C1=O)C(CO)CN2", "CNC1=C(C)C(=O)C2=C(C1=O)C(CO)CN2", None),
        ("CON=C1C(=O)Nc2ccccc21", "CON=C1C(=O)Nc2ccccc21", None),
        ("CC1CC(c2ccccc2)=NO1", "CC1CC(c2ccccc2)=NO1", None),
        ("Nc1c2ccccc2nc2ccccc12", "Nc1c2ccccc2nc2ccccc12", None),
        ("O=c1[nH]cnc2ccccc12", "O=c1[nH]cnc2ccccc12", None),
        ("CN1CC(=O)N=C1N", "CN1CC(=O)N=C1N", None),
        ("O=C1CC(=O)NC(=O)N1", "O=C1CC(=O)NC(=O)N1", None),
        ("O=C1O[C@H]([C@@H](O)CO)C(O)=C1O", "O=C1O[C@H]([C@@H](O)CO)C(O)=C1O", None),
        (
            "COC(=O)C1=C(C)NC(C)=C(C(=O)OC)C1c1ccccc1",
            "COC(=O)C1=C(C)NC(C)=C(C(=O)OC)C1c1ccccc1",
            None,
        ),
        ("Nc1ccc(S(=O)(=O)Nc2nccs2)cc1", "Nc1ccc(S(=O)(=O)Nc2nccs2)cc1", None),
        (  # thiolactomycin, an enol
            "C=C/C(C)=C/[C@]1(C)SC(=O)C(C)=C1O",
            "C=C/C(C)=C/[C@]1(C)SC(=O)C(C)=C1O",
            None,
        ),
        (  # no enol fits a bridgehead
            "O=C1C[C@H]2CC[C@@H]1C2=O",
            "O=C1C[C@H]2CC[C@@H]1C2=O",
            None,
        ),
        (  # a macrocycle is a ketone, as telithromycin is
            "C[C@@H]1C(=O)OCCCCCCC[C@@H](C)C1=O",
            "C[C@@H]1C(=O)OCCCCCCC[C@@H](C)C1=O",
            None,
        ),
    ],
)
def test_the_judged_drawing(drawn: str, judged: str, change: str | None) -> None:
    found = accept(drawn)
    assert found.smiles == judged
    if change is None:
        assert found.changes == ()
    else:
        assert change in found.changes


@pytest.mark.parametrize(
    "mesoionic",
    [
        "[O-]c1c[n+](-c2ccccc2)no1",
        "CCOC(=O)[N-]c1c[n+](N2CCOCC2)no1",
        "CC(Cc1ccccc1)n1cc([N-]C(=O)Nc2ccccc2)[o+]n1",
        "CCOc1ccccc1-n1c([S-])c(C(=O)Nc2ccc(OC)cc2)[n+]2cc(C)ccc12",
        "NC(=O)Cc1c([O-])on[n+]1Cc1ccccc1",
        "C[n+]1cccc([O-])c1",
        "[O-]c1nn(-c2ccccc2)c[n+]1-c1ccccc1",
        "[S-]c1nn[n+](-c2ccccc2)n1-c1ccccc1",
    ],
)
def test_a_mesoionic_ring_is_read_and_stays_so(mesoionic: str) -> None:
    found = standardize(mesoionic, "smiles")
    assert not isinstance(found, Failure), found
    again = accept(found.smiles)
    assert (again.smiles, again.changes) == (found.smiles, ())


def test_a_cage_of_two_spellings_has_one_key() -> None:
    """RDKit alternates between spellings of this adamantane."""
    spellings = [
        "O=C(C[C@]1(c2ccc(-c3ccc(F)cc3)cc2)C2CC3CC1CC(C2)[C@@H]3O)N1CC(O)C1",
        "O=C(C[C@@]1(c2ccc(-c3ccc(F)cc3)cc2)C2CC3CC1CC(C2)[C@H]3O)N1CC(O)C1",
        "O=C(C[C@]1(c2ccc(-c3ccc(F)cc3)cc2)C2CC3CC1CC(C2)[C@H]3O)N1CC(O)C1",
    ]
    assert len({accept(one).key for one in spellings}) == 1


def test_misprotonated_records_say_what_was_done() -> None:
    azo = accept("[H][N+](CCC(=O)N([H])Cc1ccccc1)=[N+]([H])C(=O)c2ccncc2")
    hydrazide = accept("[H]N(CCC(=O)N([H])Cc1ccccc1)N([H])C(=O)c2ccncc2")
    assert azo.key != hydrazide.key
    assert {"neutralized", "tautomer"} <= set(azo.changes)
