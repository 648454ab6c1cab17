import type { LockQueries } from "./spack-verdicts.ts";
import type { SpecCases } from "./spec-generator.ts";

/** Corners of the spec language, chosen by hand; test/fixtures/spack/specs-more/verdicts.json has Spack's verdicts. */
export function chosenCases(): SpecCases {
  return { specs: lines(specs), pairs: lines(pairs).map(split) };
}

/** What `spack find` could be asked about the fixtures' locks. */
export const lockQueries: readonly LockQueries[] = [
  { lock: "demo", queries: demoQueries() },
  { lock: "medium", queries: mediumQueries() },
];

function lines(text: string): readonly string[] {
  const unescaped = (line: string) =>
    line.replace(/\\([nt])/g, (_, letter) => (letter === "n" ? "\n" : "\t"));
  return [...new Set(text.split("\n").slice(1, -1).map(unescaped))];
}

function split(line: string): readonly [string, string] {
  const [a = "", b = ""] = line.split(" | ");
  return [a, b];
}

const commit = "0123456789abcdef0123456789abcdef01234567";

const specs = `


a
*
* +x
*+x
a.b
a.b.c@1
a.
.a
a b
a ^b c
a+x b~y /abc
a@1.2
a@=1.2
a@ 1.2
a@\t1.2
a@1.2,1.3
a@1.3 , 1.2
a@1.2,\t1.3
a@1:2,3:4
a@1:2,2:4
a@1.2,=1.2
a@=1.2,1.2
a@=1.2,=1.10,=1.9
a@:
a@:,1
a@1:
a@:1
a@1.2:1.2
a@1.2:1
a@3:1
a@3:2
a@2:1
a@1.3:1.2
a@1 : 2
a@1:foo=bar
a@1:1.2=x
a@1:foo-bar=x
a@1: foo=bar
a@=1:2
a@==1.2
a@1.2.
a@1.2-
a@1.2- b
a@1.2-b
a@1..2
a@_
a@_1
a@01
a@1.2-rc1
a@1.2rc1
a@1.2rc
a@rc1
a@1-alpha.2
a@1.2beta:
a@:1.2beta
a@1.2beta2,1.2beta3
a@develop
a@=develop
a@:develop
a@main:
a@master,develop
a@nightly:stable
a@stable:nightly
a@z
a@Z
a@maste
a@git.main
a@git.main=1.2
a@git.main=develop
a@git.main==1.2
a@git.main,1.2
a@git.feature/x-1.2=3
a@git.
a@git
a@=git.main
a@${commit}
a@${commit}=1.2
a@${commit}0
a@git.${commit}=1.2
a@1.2@1.3
a@1.2+x@1.3
a@
@
@1.2
@1.2+x
a+x
a +x
a + x
a+x+x
a+x~x
a+x x=y
a~x
a-x
a -x
a - x
a--x
a ~~x
a++x
a+++x
a+x.y
a x=y
ax=y
a x = y
a x= y
a x=y,z
a x=z,y
a x=z,y,z
a x=,y
a x=y,
a x=True
a x=TRUE
a x:=false
a x=true,false
a x=*
a x:=*
a x=y,*
a x==*
a x:=z,y
a x:=y
a x==y
a x:==z,y
a x===y
a x==
a x=
a x:=
a x:
a x=''
a x=""
a x='y z'
a x="y z"
a x="y'z"
a x='y"z'
a x='y\\'z'
a x="y\\"z"
a x='\\'
a x='y
a x='y\\nz'
a x="tab\tinside"
a x='ünï'
a x="ünï'"
a x='y'z
a x=y'z'
a x=c++
a x=a:b
a x=a%b
a x=a^b
a x=a/b
a x=[a]
a x='[a]'
a x=a=b
a patches=abcdef,123456
a patches:=0123456789abcdef,abcdef
a patches==abc
a dev_path=/opt/src
a dev_path==/opt/src
a commit==${commit}
a namespace=n
a namespace==n
namespace=n
namespace=n.m +x
n.a namespace=m
a cflags=-O2
a cflags='-O2 -g'
a cflags="-O2   -g"
a cflags='-arch sm_90 -g'
a cflags='x -g'
a cflags=-O2 cflags=-g
a cflags=-O2 cflags==-g
a cflags==-O2 cflags==-g cflags=-x
a cflags=''
a cflags=-O2 +x
a cflags=-O2 x=y
a cflags=-O2 os=linux
a cflags:=-O2
a ldlibs=-lm ldflags=-L/x cppflags=-DX fflags=-f cxxflags=-std=c++17
a cflags="-DX='y z'"
+cflags
a os=debian12
a os=debian12 os=debian12
a operating_system=debian12
a platform=linux os=debian12 target=x86_64
a arch=linux-debian12-x86_64
a architecture=linux-debian12-x86_64
a arch=x86_64
a arch=linux-None-x86_64
a arch=linux-debian12-x86_64 target=zen
a arch=linux-debian12-x86_64: platform=linux
a platform=linux arch=x86_64
a target=x86_64 platform=linux
a os=default_os
a os=fe target=be
a target=default_target
a platform=darwin os=frontend
a target=x86_64:zen3,aarch64
a target=:
a target=*
a target=None
a os=''
a platform=linux os=''
a os==debian12
a/abc
a /abc
/abc
a/abc/def
a/abc+x
a/
a/ABC_1
a/a-b
./a.json
/tmp/a.yaml
dir/a.json
a ^./b.json
.json
..json
a.json
a.jsonx
dir/a.txt
a ^b
a^b
a ^ b
a ^b ^c
a ^c ^b
a ^b ^b
a ^b@1 ^b@2
a ^b@1: ^b@:2
a ^b+x ^b~x
a ^b %gcc ^b %clang
a ^b %gcc ^b+x %clang
a %b %c ^d %e %f
a %b+x+y
a ^b ^c %d
a ^
a %
a % ^b
a ^ ^b
a %%
a %%%
a %gcc
a%gcc
a % gcc
a %%gcc
a %%gcc %gcc
a %gcc %%gcc@12
a %gcc ^gcc@12
a ^gcc %gcc@12
a %clang
a ^clang
a %clang@17 %llvm@17
a %oneapi %intel %rocmcc %arm
a %n.clang
a %intel-oneapi-compilers-classic
a %c=gcc
a %c,cxx=gcc
a %cxx,c=gcc@12
a %c=gcc %cxx=gcc
a %c=gcc@12 %cxx=gcc@13
a %c=n.gcc
a %c=gcc.12
a %c=clang %cxx=gcc
a %c = gcc
a %c= gcc
a %c,=gcc
a ^mpi=openmpi
a ^mpi=openmpi ^blas=openblas
a ^mpi,lapack=x ^mpi=x
a ^x==y
a ^x=y z=w
a ^[virtuals=mpi] openmpi
a ^[virtuals=mpi,blas]openmpi
a ^[virtuals="mpi, blas"] openmpi
a ^[virtuals=mpi] blas=openmpi
a ^[virtuals=mpi] @4
a ^[virtuals=mpi]
a ^[] b
a ^[ ] b
a ^[]
a ^[deptypes=build] b
a ^[deptypes=link,build] b
a ^[deptypes=all] b
a ^[deptypes=x] b
a ^[deptypes=x deptypes=run] b
a ^[deptypes=build] b ^[deptypes=link] b
a ^[deptypes=link] b ^[deptypes=build] b
a ^[deptypes=build] b ^[deptypes=build] b@2
a ^[deptypes=build,link] b ^[deptypes=link] b
a ^[deptypes=link] b ^[deptypes=run] b
a ^[deptypes=build] b ^[deptypes=build] +x
a ^[deptypes=build] b ^b
a %[deptypes=build] b ^[deptypes=link] b
a %[when=+x] b
a %[when='+x'] b
a %[when="+x %gcc"] b
a %[when='@1,2'] b
a %[when=''] b
a %[when='+x +y z=w'] b %[when='~x'] c
a %[when=+x] b %[when=+x] b@2
a %[when=+x] b %[when=~x] b@2
a %[when='x y'] b
a %[when='^[when=+y] z'] b
a %[other=x] b
a %[virtuals==c] b
a %[virtuals:=c] b
a %[+x] b
a %[virtuals=c b
a % [virtuals=c] b
a %[virtuals=c] b]
a ]
]
[
a ^+x
a ^ +x
a ^@1
a ^*
a ^*+x
a ^x=y
a ^ x:=y
a ^cflags=-g
a ^ cflags==-g
a ^os=x
a ^+x os=x
a ^/abc
a ^+x ^+x
a ^+x ^~x
a ^n.b
n.a ^m.b %o.c
+x ^b
@1.2 %gcc
a\u00a0+x
a\u3000b
a\ufeff+x
é
a é
a+x # comment
a+x,y
a;b
a|b
a(b)
a:b
a=b
'a'
"a b"
$a
`;

const pairs = `
a | b
a | a
 | a
a | 
n.a | a
a | n.a
n.a | m.a
+x | a+x
a+x | +x
a@1.2 | a@1
a@1 | a@1.2
a@=1 | a@1
a@1 | a@=1
a@=1.2 | a@1.2
a@1.2 | a@1-2
a@1.02 | a@1.2
a@1.2:1.2 | a@1.2
a@1:2,3:4 | a@1:4
a@1:2 | a@2:3
a@1:2 | a@3:4
a@1.10 | a@1.9:
a@1.2rc1 | a@1.2
a@1.2rc1 | a@:1.2
a@1.2rc1 | a@1.2:
a@1.2a | a@1.2
a@develop | a@1:
a@=develop | a@1:
a@=develop | a@:main
a@=main | a@:develop
a@git.x=1.2 | a@1.2
a@git.x=1.2 | a@=1.2
a@git.x=1.2 | a@git.x=1.2
a@git.x=1.2 | a@git.y=1.2
a@git.x=1.2 | a@1.3
a@1:,git.x=0.1 | a@git.x=0.1
a@3:2 | a
a | a@3:2
a+x | a~x
a+x | a
a | a+x
a+x+y | a+x
a++x | a+x
a+x | a++x
a++x | a++x
a++x | a~~x
a++x ^b~x | a++x
a ^b~x | a++x
a++x | a ^b~x
a x=y | a x=y
a x=y,z | a x=y
a x=y | a x=y,z
a x=y | a x=z
a x:=y | a x=y
a x=y | a x:=y
a x:=y | a x:=y
a x:=y,z | a x=y
a x:=y | a x:=y,z
a x==y | a x=y
a x=* | a x=y
a x=y | a x=*
a x=* | a+x
a+x | a x=*
a x=y | a+x
a x=true | a+x
a patches=abcdef | a patches=abc
a patches=abc | a patches=abcdef
a patches:=abcdef | a patches=abc
a cflags=-O2 | a cflags=-O2
a cflags='-O2 -g' | a cflags=-g
a cflags='-O2 -g' | a cflags='-g -O2'
a cflags=-O2 | a cflags=-g
a cflags=-O2 | a cflags==-O2
a cflags==-O2 | a cflags=-O2
a cflags=='-O2 -O2' | a cflags=-O2
a cflags=-O2 | a ldflags=-g
a target=zen3 | a target=zen3
a target=zen3 | a target=zen2
a target=zen3 | a target=x86_64:
a target=zen3 | a target=:zen3
a target=zen3 | a target=:skylake
a target=x86_64: | a target=zen3
a target=x86_64_v2:x86_64_v4 | a target=x86_64_v3:zen4
a target=zen2,zen3 | a target=zen3,skylake
a target=* | a target=zen3
a target=zen3 | a target=*
a | a target=*
a os=x | a target=x86_64:zen4
a target=x86_64: | a os=x
a target=aarch64: | a target=x86_64:
a os=x | a os=*
a os=* | a os=x
a platform=linux target=zen | a platform=* target=skylake
a os=x | a os=y
a/abc | a/abcd
a/abcd | a/abc
a/abc | a/x
a/abc | /abc
a | a/abc
a ^b | a
a | a ^b
a ^b@1.2 | a ^b@1
a ^b@1 | a ^b@2
a %b | a ^b
a ^b | a %b
a %b | a %b@2
a %%b | a %b
a %b | a %%b
a %clang | a %llvm
a %clang | a ^llvm
a %c=gcc | a %gcc
a %gcc | a %c=gcc
a %c,cxx=gcc | a %c=gcc
a %c=gcc | a %c,cxx=gcc
a %c=gcc | a %cxx=gcc
a ^mpi=b | a ^b
a ^b | a ^mpi=b
a ^[deptypes=build] b | a ^b
a ^b | a ^[deptypes=build] b
a ^[deptypes=build,link] b | a %[deptypes=build] b
a %[deptypes=build,link] b | a %[deptypes=build] b
a %[when=+x] b | a %b
a %b | a %[when=+x] b
a+x %b | a+x %[when=+x] b
a~x %b@1 | a~x %[when=+x] b@2
a %[when=+x] b | a %[when=+x] b
a %[when=+x] b | a %[when=~x] b
a %[when='@1:2'] b | a %[when='@1:2'] b@2
a ^b %c | a ^b
a ^b %c | a ^b %c
a ^b %c | a %c
a ^b %c | a ^c
a ^b | a ^b %c
a ^b ^c | a ^c ^b
a ^+x ^~x | a ^~x ^+x
a ^+x | a ^+x
a | a ^+x
a ^b+x | a ^+x
a ^b ^c %d | a ^c %d ^b
gcc@13 %gcc@12 | gcc %gcc@12
gcc@13 %gcc@12 | gcc %gcc@13
@1 ^b | a@1 ^b
+x %b | a %b
a %b ^c | a+x
`;

function demoQueries(): readonly string[] {
  return lines(`
*
+shared
~shared
@1:
namespace=demo
namespace=builtin
%gcc
%c=gcc
%cxx=gcc
%c
^glibc
%glibc
%[deptypes=build] gcc
%[deptypes=link] gcc
target=x86_64:
target=aarch64
os=debian12
platform=linux
++shared
~~shared
build_system=generic
cflags=-g
^+shared
demo-math
demo-math precision=double
demo-math precision=float
demo-iface
^demo-iface
%demo-iface
demo-app ^demo-math
demo-app %demo-math %c
`);
}

function mediumQueries(): readonly string[] {
  return lines(`
mpi
mpi@3
mpi+x
^mpi
^mpi@3:
%mpi
hdf5 ^mpi
hdf5 ^mpi=openmpi
hdf5 ^mpi=mpich
hdf5+mpi
hdf5+mpi@1.14:
hdf5@=1.14
hdf5 api=default
hdf5 api:=default
hdf5 api=*
hdf5 ^zlib-api
hdf5 %c,cxx=gcc
hdf5 %c,cxx=gcc@12:
hdf5 %gcc@:11
hdf5 %clang
^openblas threads=none
^python@3.11:
%python
py-numpy ^python
py-numpy %[deptypes=run] python
py-numpy %[deptypes=link] python
py-numpy ^[virtuals=blas,lapack] openblas
py-numpy %[virtuals=blas,lapack] openblas
py-scipy ^py-numpy %python
py-scipy ^py-numpy %c=gcc
py-scipy ^py-numpy %hdf5
boost cxxstd=11
boost cxxstd:=11
boost+system
boost~mpi
patches=*
^patches=*
%[when=+shared] gcc
%[when='@99:'] nothing
^/a
libc
^libc
%libc
blas
^blas ^mpi
gcc
build_system=autotools
build_system=python_pip
build_system:=autotools
target=x86_64_v2:
target=:x86_64_v4
arch=linux-debian12-x86_64_v3
os=* target=aarch64
cflags=-O2
^[deptypes=build] cmake
^[deptypes=link] cmake
^cmake
%cmake
%[deptypes=build] cmake
builtin.hdf5
demo.hdf5
@1.2.3:2
@=1.3.1
`);
}
